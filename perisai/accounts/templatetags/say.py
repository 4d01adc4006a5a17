"""``{% say "Masuk" "Sign in" %}``: a text in both languages, side by side where it is used."""

from django import template

from perisai.accounts import words

register = template.Library()
register.simple_tag(words.say, name="say")


@register.filter
def pick(texts: dict[str, str]) -> str:
    """The reader's language of ``{"id": ..., "en": ...}``."""
    return words.say(texts["id"], texts["en"])

"""How pages say things: a text in both languages, side by side where it is used, and states by word, tone and icon."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import get_language

from perisai.written import Language, language_of


class Word(NamedTuple):
    """A state as a page says it; ``tone`` is done, needs, stop, note or empty: the meaning of the colour."""

    text: str | Promise
    tone: str
    icon: str


def say(indonesian: str, english: str) -> str:
    """The one that the reader's language asks for; Indonesian unless it is English."""
    return english if language() == "en" else indonesian


def language() -> Language:
    """The reader's, of a page."""
    return language_of(get_language())

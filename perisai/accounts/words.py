"""A text in both languages, side by side where it is used."""

from django.utils.translation import get_language


def say(indonesian: str, english: str) -> str:
    """The one that the reader's language asks for; Indonesian unless it is English."""
    return english if (get_language() or "id").startswith("en") else indonesian

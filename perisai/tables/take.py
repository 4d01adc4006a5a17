"""What a cell must say to be taken: each turns its text into a value or raises ``Bad``. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import date

import phonenumbers

from perisai.tables.cell import read_day


class Bad(ValueError):
    """A cell that cannot be taken: a key of the room's own words and what it is about, never a person's data."""

    def __init__(self, key: str, detail: str = "") -> None:
        self.key, self.detail = key, detail
        super().__init__(key)


def words(most: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > most or re.search(r"[\x00-\x1f]", text):
            raise Bad("long", str(most))
        return " ".join(text.split())

    return read


def day(text: str) -> date:
    found = read_day(text)
    if found is None or not 1900 <= found.year < 3000:
        raise Bad("day")
    return found


def rupiah(text: str) -> int:
    digits = re.sub(r"^Rp\s*|[.\s]", "", text)
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise Bad("rupiah")
    return int(digits)


def phone(text: str) -> str:
    """As E.164; a number without a country is of Indonesia."""
    try:
        number = phonenumbers.parse(text, "ID")
    except phonenumbers.NumberParseException:
        raise Bad("phone") from None
    if not phonenumbers.is_possible_number(number):
        raise Bad("phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def region(text: str) -> str:
    if not re.fullmatch(r"\d{2}\.\d{2}\.\d{2}\.\d{4}", text):
        raise Bad("region")
    return text


def one_of(known: Mapping[str, str], also: Mapping[str, str] | None = None) -> Callable[[str], str]:
    """``also``: other words that people write, which nobody is told to use."""
    words = {word.lower(): meant for word, meant in [*known.items(), *(also or {}).items()]}

    def read(text: str) -> str:
        if text.lower() not in words:
            raise Bad("one_of", ", ".join(known))
        return words[text.lower()]

    return read


SEX = one_of({"L": "M", "P": "F"}, {"laki-laki": "M", "laki laki": "M", "pria": "M", "perempuan": "F", "wanita": "F"})
"""As a KTP has it."""

"""A synthetic person for practice: nobody has a NIK whose serial begins with 9. Twin of ``screens/enrol/example.ts``."""

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Final

_NAMES: Final = ("Sari", "Dewi", "Rina", "Wati", "Lina", "Fitri", "Nurul", "Yuni")
_FAMILIES: Final = ("Contoh", "Latihan", "Misalnya", "Cobaan")
_DISTRICT: Final = "157108"


@dataclass(frozen=True)
class Example:
    name: str
    nik: str
    born_on: date


def make_example(today: date) -> Example:
    """A woman between 22 and 51 years old, another one each time."""
    born_on = date(today.year - 23 - secrets.randbelow(28), 1 + secrets.randbelow(12), 1 + secrets.randbelow(28))
    serial = f"9{secrets.randbelow(1000):03d}"
    nik = f"{_DISTRICT}{born_on.day + 40:02d}{born_on:%m%y}{serial}"
    return Example(f"{secrets.choice(_NAMES)} {secrets.choice(_FAMILIES)}", nik, born_on)

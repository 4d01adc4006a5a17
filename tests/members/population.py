"""Synthetic people as a branch has them: families that share a card, a telephone and a village, names that many have,
names of one word, stand-in birth dates; and second entries of the same person with other papers."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import yaml

from perisai.members.persons.identity import Identity
from perisai.members.persons.names import name_key
from perisai.members.persons.nik import is_stand_in

WORDS: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parents[1] / "golden" / "name_words.yaml").read_text(encoding="utf-8")
)
VILLAGES = [f"15.71.{n // 10 + 1:02d}.{1001 + n % 10}" for n in range(110)]
BIRTH_PLACES = [*["Jambi"] * 5, "Muaro Bungo", "Kerinci", "Padang", "Medan", "Palembang", "Jawa"]


class Population:
    """The same people for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def people(self, count: int) -> list[Identity]:
        found: list[Identity] = []
        while len(found) < count:
            found += self._family()
        return found[:count]

    def second_entry(self, person: Identity) -> Identity:
        """The same person once more, with another NIK and what differs from paper to paper."""
        name = self._misspelt(person.name)
        return person._replace(
            enrolment_id=self._id(),
            nik_hash=self._random.randbytes(8),
            name=name,
            name_key=name_key(name),
            birth_date=person.birth_date if self._chance(0.9) else self._birth_date(),
            phone=person.phone if self._chance(0.5) else self._phone(),
            kk_hash=person.kk_hash if self._chance(0.6) else None,
            region_code=person.region_code if self._chance(0.9) else self._often_first(VILLAGES),
        )

    def _family(self) -> Iterator[Identity]:
        village, place = self._often_first(VILLAGES), self._often_first(BIRTH_PLACES)
        card, phone = self._random.randbytes(8), self._phone()
        for _ in range(self._random.choices([1, 2, 3, 4], [12, 6, 2, 1])[0]):
            sex = self._random.choice("MF")
            name = self._name(sex)
            own = self._phone() if self._chance(0.7) else phone
            yield Identity(
                enrolment_id=self._id(),
                nik_hash=self._random.randbytes(8),
                name=name,
                name_key=name_key(name),
                birth_date=self._birth_date(),
                birth_place=place if self._chance(0.7) else self._often_first(BIRTH_PLACES),
                sex=sex,
                phone=own if self._chance(0.9) else None,
                kk_hash=card if self._chance(0.85) else None,
                region_code=village,
            )

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _id(self) -> UUID:
        return UUID(bytes=self._random.randbytes(16))

    def _phone(self) -> str:
        return f"+628{self._random.randrange(10**9):09d}"

    def _often_first(self, words: list[str]) -> str:
        return words[min(int(self._random.expovariate(4 / len(words))), len(words) - 1)]

    def _name(self, sex: str) -> str:
        kind = "men" if sex == "M" else "women"
        first, last = WORDS[kind], WORDS[f"last_{kind}"]
        words = self._random.choices(["f", "fl", "ffl"], [20, 65, 15])[0]
        return " ".join(self._often_first(first if word == "f" else last) for word in words)

    def _birth_date(self) -> date:
        day = date(1961, 12, 1) + timedelta(days=self._random.randrange(46 * 365))
        kind = self._random.choices(["known", "july", "december", "middle"], [88, 6, 4, 2])[0]
        changed = {"july": {"month": 7, "day": 1}, "december": {"month": 12, "day": 31}, "middle": {"day": 15}}
        return day.replace(**changed.get(kind, {}))

    def _misspelt(self, name: str) -> str:
        how = self._random.choices(
            ["same", "prefix", "together", "letter left out", "letters swapped"], [50, 15, 10, 13, 12]
        )[0]
        at = self._random.randrange(len(name) - 1)
        return {
            "same": name,
            "prefix": name.replace("Muhammad", "Muh.") if "Muhammad" in name else f"M. {name}",
            "together": name.replace(" ", "", 1),
            "letter left out": name[:at] + name[at + 1 :],
            "letters swapped": name[:at] + name[at + 1] + name[at] + name[at + 2 :],
        }[how]


def keys(person: Identity) -> list[object]:
    """What candidates are found by, as the statement in ``perisai/members/persons/identity.py`` does: plain equality."""
    stand_in = is_stand_in(person.birth_date)
    found: list[object] = [] if stand_in else [person.birth_date]
    found += [key for key in (person.name_key, person.phone, person.kk_hash) if key]
    return found

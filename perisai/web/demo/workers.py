"""Synthetic workers as an agent's phone writes them down: the bodies of ``enrol`` ops.

They belong to nobody on purpose: the serial of a NIK begins with 9, telephone numbers with +62812000.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from faker import Faker

from perisai.contributions.rules.in_force import consents_on, load, text_hash
from perisai.contributions.tariffs import tariff
from perisai.web.demo.living import as_people_live
from perisai.web.demo.photos import sample

JOBS = (
    ("trade.market", 14), ("trade.kiosk", 9), ("trade.vegetables", 6), ("trade.fish", 5), ("food.stall", 8), ("food.cart", 6),
    ("food.cakes", 4), ("farming.rubber", 9), ("farming.palm", 7), ("farming.rice", 4), ("transport.ojek_online", 10),
    ("transport.ojek_base", 4), ("transport.courier", 4), ("transport.becak", 2), ("transport.angkot", 2), ("transport.boat", 2),
)  # fmt: skip
INCOMES = (
    (1_000_000, 12),
    (1_500_000, 26),
    (2_000_000, 24),
    (2_500_000, 14),
    (3_000_000, 12),
    (3_500_000, 6),
    (4_000_000, 6),
)
MONTHS = ((1, 66), (2, 8), (3, 16), (6, 7), (12, 3))
ZONE = ZoneInfo("Asia/Jakarta")
STREETS = ("Pasar", "Lorong Melati", "Jl. Pattimura", "Jl. Sudirman", "Dusun Baru", "Simpang Rimbo", "Lorong Kenanga")
MANY_JOBS = 0.06

PICTURE_LATER = 0.06
WITNESSES = ("Rahmawati", "Pak Slamet", "Yuliana Sari", "Hendra Gunawan", "Bu Marlina", "Zulkifli")

T = TypeVar("T")


class Workers:
    """An endless line of people; the same for the same seed and villages. ``villages`` by district code."""

    def __init__(self, seed: int, villages: dict[str, list[str]]) -> None:
        self._random = Random(seed)
        self._faker = Faker("id_ID", use_weighting=True)
        self._faker.seed_instance(seed)
        self._villages = villages
        self._niks: set[str] = set()
        self._phones = self._random.randrange(100_000)
        self._living = Random(seed + 1)  # apart, so that the story of the others stays as it was

    def make(self, districts: Sequence[str], day: date, *, photo: bool = False) -> dict[str, Any]:
        """The body of an op of a worker who lives in one of the districts (the first one most often)."""
        random = self._random
        district = districts[0] if random.random() < 0.65 else random.choice(districts)
        sex = random.choice("MF")
        birth = day - timedelta(days=random.randrange(19 * 365, 62 * 365))
        nik = self._nik(district, birth, sex)
        job = _choose(random, JOBS)
        programmes = ["JKK", "JKM", "JHT"] if random.random() < 0.3 else ["JKK", "JKM"]
        name = self._name(sex)
        body: dict[str, Any] = {
            "nik": nik,
            "kk": f"{district.replace('.', '')}{day - timedelta(days=3000):%d%m%y}9{random.randrange(1000):03d}",
            "name": name,
            "birth_place": random.choice(("Jambi", "Jambi", "Muaro Bungo", "Kerinci", "Bangko", "Padang", "Palembang")),
            "birth_date": birth.isoformat(),
            "sex": sex,
            "phone": self._phone(),
            "phone_owner": "own",
            "email": None,
            "address": f"{random.choice(STREETS)} No. {random.randrange(1, 90)}",
            "region": random.choice(self._villages[district]),
            "jobs": [{"code": job}] + ([{"code": "trade.online"}] if random.random() < MANY_JOBS else []),
            "income": _choose(random, INCOMES),
            "transport": load().sectors[job] == "transport",
            "employs_others": False,
            "programmes": programmes,
            "months": _choose(random, MONTHS),
            "heirs": [{"name": self._name("F" if sex == "M" else "M"), "relation": _relation(birth, day)}],
            "consents": _consents(day),
            "signature": {"kind": "typed", "name": name},
            "id_card": None,
            "warnings": [],
        }
        if photo:
            body["id_card"] = describe(photo_of(body))
        body = as_people_live(self._living, body, lambda: str(self._living.choice(WITNESSES)))
        return body | {"price_shown": _price(body, day)}

    def is_picture_late(self) -> bool:
        """Whether this worker's card is at home."""
        return self._living.random() < PICTURE_LATER

    def lookalike(self, body: dict[str, Any]) -> dict[str, Any]:
        """The same person again from another paper: another number, a name spelt otherwise, the same birthday and phone."""
        birth = date.fromisoformat(body["birth_date"])
        name = body["name"].replace("Muhammad", "M.").replace("i ", "y ", 1)
        district = body["region"][:8]
        return body | {"nik": self._nik(district, birth, body["sex"]), "name": name, "id_card": None}

    def _nik(self, district: str, birth: date, sex: str) -> str:
        day = birth.day + (40 if sex == "F" else 0)
        while True:
            nik = f"{district.replace('.', '')}{day:02d}{birth:%m%y}9{self._random.randrange(1000):03d}"
            if nik not in self._niks:
                self._niks.add(nik)
                return nik

    def _phone(self) -> str:
        self._phones = (self._phones + 1) % 100_000
        return f"+62812000{self._phones:05d}"

    def _name(self, sex: str) -> str:
        """First and last name, a third of them one word or a short form, as in the field; no degrees."""
        first = self._faker.first_name_male() if sex == "M" else self._faker.first_name_female()
        last = self._faker.last_name_male() if sex == "M" else self._faker.last_name_female()
        if sex == "M" and self._random.random() < 0.12:
            return f"Muhammad {first}"
        return str(first if self._random.random() < 0.08 else f"{first} {last}")


def photo_of(body: dict[str, Any]) -> bytes:
    """The picture that goes with a worker."""
    return sample(int(body["nik"][-3:]), body["nik"])


def describe(photo: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(photo).hexdigest(), "size": len(photo), "type": "image/jpeg"}


def _relation(birth: date, day: date) -> str:
    return "spouse" if birth.year < day.year - 26 else "parent"


def _consents(day: date) -> list[dict[str, Any]]:
    return [
        {"purpose": purpose, "version": consent.version, "sha256": text_hash(consent.text.id), "given": True}
        for purpose, consent in consents_on(day).items()
    ]


def _price(body: dict[str, Any], day: date) -> dict[str, Any]:
    months = tariff.months_from(day, body["months"])
    prices = tariff.price(body["income"], frozenset(body["programmes"]), body["transport"], months)
    monthly = [price.total for price in prices]
    return {"first_month": f"{day:%Y-%m}", "total": sum(monthly), "monthly": monthly}


def _choose(random: Random, weighted: Sequence[tuple[T, int]]) -> T:
    return random.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]

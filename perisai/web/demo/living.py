"""What is not as forms would have it: no telephone or another's, a birthday that nobody knows, a thumb for a signature, a picture
that comes later."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

DAYS_FOR_PHOTO = 10
THUMB = (
    "M160 30 C200 30 214 58 214 84 C214 112 194 126 160 126 C126 126 106 112 106 84 C106 58 120 30 160 30"
    " M160 44 C188 44 200 64 200 84 M160 58 C178 58 186 70 186 86 M132 96 C132 74 142 66 160 66 M146 110 C142 92 148 80 160 80"
)
WHOSE = {
    "family": ("anak: Budi", "istri", "suami", "kakak: Rina", "menantu"),
    "other": ("ketua pangkalan", "tetangga: Bu Yanti", "pemilik lapak"),
}


def as_people_live(random: Random, body: dict[str, Any], name: Callable[[], str]) -> dict[str, Any]:
    """The body of an ``enrol`` op with what about a fifth of workers bring along. ``name`` makes a name for a witness."""
    body = body | {"birth_known": "day", "phone_whose": None, "id_card_by": None, "series": None}
    chance = random.random()
    if chance < 0.07:
        body |= {"phone_owner": "family", "phone_whose": random.choice(WHOSE["family"])}
    elif chance < 0.1:
        body |= {"phone_owner": "other", "phone_whose": random.choice(WHOSE["other"])}
    elif chance < 0.13:
        body |= {"phone_owner": "none", "phone": None}
    if random.random() < 0.04:
        year = date.fromisoformat(body["birth_date"]).year
        body |= {"birth_date": f"{year}-07-01", "birth_known": "year"}
    if random.random() < 0.05:
        witness = {"name": name(), "relation": random.choice(("family", "neighbour", "coordinator"))}
        body |= {"signature": {"kind": "thumb", "name": body["name"], "svg": THUMB, "witness": witness}}
    return body


def picture_later(body: dict[str, Any], day: date) -> dict[str, Any]:
    """The card was at home: the agent brings its picture within ten days."""
    return body | {"id_card": None, "id_card_by": (day + timedelta(days=DAYS_FOR_PHOTO)).isoformat()}

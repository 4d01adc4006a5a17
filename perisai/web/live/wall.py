"""The wall screen: which scopes it shows in turn, and how long its login lasts.

``?wall=branch/1501,sub_branch/150111&every=30``: the scope of the page, then these, each for so many seconds.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from perisai.errors import Refused
from perisai.offices.scopes import AGENT, Place, UnknownScope, Watch

MOST: Final = 20
SECONDS: Final = 20
FASTEST, SLOWEST = 5, 600
STAYS: Final = timedelta(days=30)
"""After a login; then somebody has to log in again, as everywhere."""


def asked(text: str) -> list[Watch]:
    """The scopes of an address, at most ``MOST``. Raises E1004 where one cannot be."""
    try:
        return [Watch.parse(*one.split("/", 1)) for one in text.split(",")[:MOST] if "/" in one]
    except UnknownScope as error:
        raise Refused("E1004") from error


def seconds(text: str) -> int:
    return min(max(int(text), FASTEST), SLOWEST) if text.isascii() and text.isdigit() and len(text) < 6 else SECONDS


def around(place: Place, payload: dict[str, Any]) -> str:
    """The query of a wall that shows a scope and what stands right beneath it, agents left out."""
    beneath = [f"{row['level']}/{row['key']}" for row in payload["children"] if row["level"] != AGENT]
    return urlencode({"wall": ",".join(beneath[: MOST - 1])}, safe="/,")


def described(places: Iterable[Place], screen: dict[str, Any], every: int) -> dict[str, Any]:
    """``Wall`` in ``state.ts``. Renewing a ticket keeps the login of a wall."""
    shown = list(places)
    scopes = [
        {
            "level": place.watch.level,
            "key": place.watch.key,
            "name": place.name,
            "data": reverse("live:data", args=[place.watch.level, place.watch.key]),
            "renew": reverse("live:ticket", args=[place.watch.level, place.watch.key]) + "?wall",
        }
        for place in shown
    ]
    leave = reverse("live:page", args=[shown[0].watch.level, shown[0].watch.key])
    return {"scopes": scopes, "seconds": every, "leave": leave, "screen": screen | {"renew": scopes[0]["renew"]}}


def may_stay(logged_in: datetime | None, now: datetime) -> bool:
    return logged_in is not None and now - logged_in < STAYS

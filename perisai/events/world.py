"""Which kind of world this is: the real one, the demo, or one to practise in, where nothing is real.

A practice world carries its mark in the database itself (``events_world``), so that it goes with dumps and copies. Every command
of ``perisai`` reads it there before anything serves and tells its processes by ``PERISAI_WORLD``.
"""

from typing import Any, Final, Literal, cast

from django.conf import settings
from django.db import ProgrammingError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.http import Http404

from perisai.errors import Refused

Kind = Literal["real", "demo", "practice"]
PRACTICE: Final = "practice"
_UID: Final = "perisai-world"
_SERIAL: Final = 12
"""Place of the first digit of a NIK's serial. Offices count up from 0001; synthetic people have 9."""

_WATERMARK: Final = (
    '#set page(foreground: context rotate(-28deg, text(font: "DejaVu Sans Mono", size: page.width / 7, weight: "bold", '
    "fill: rgb(190, 20, 20, 90))[LATIHAN]))\n"
)


class WrongWorld(RuntimeError):
    """This process was told another kind of world than its database is."""


def kind() -> Kind:
    """What this process serves. Runs no query."""
    return cast(Kind, settings.WORLD)


def is_practice() -> bool:
    return kind() == PRACTICE


def marked() -> str:
    """The mark in the database; empty in a real world."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind FROM events_world")
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def require_practice() -> None:
    """Opens a door that exists in practice only: settings alone do not open it, the database must say so too. Raises Http404."""
    if not is_practice() or marked() != PRACTICE:
        raise Http404


def check() -> None:
    """Raises ``WrongWorld`` where a practice database would be shown as real, or the other way round."""
    try:
        found = marked()
    except ProgrammingError:  # before the first migration
        return
    if (found == PRACTICE) != is_practice():
        raise WrongWorld(f"this process serves a {kind()} world, and its database is {found or 'a real one'}")


def check_when_connected() -> None:
    """As ``check``, by the first connection of this process, whenever that is: a database that was away when the process began
    must not be served, or texted about, as another kind of world. While it is wrong no connection is given."""
    connection_created.connect(_check_this, weak=False, dispatch_uid=_UID)


def _check_this(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    try:
        check()
    except WrongWorld:
        connection.close()
        raise
    connection_created.disconnect(dispatch_uid=_UID)


def mark(number: str) -> str:
    """A number that people show to each other, such as a licence's: in practice it says so itself."""
    return f"LATIHAN-{number}" if is_practice() else number


def watermark() -> str:
    """What comes before the typst source of any paper: large letters across every page in practice, otherwise nothing."""
    return _WATERMARK if is_practice() else ""


def is_example(nik: str) -> bool:
    """Whether sixteen digits are those of a synthetic person."""
    return len(nik) > _SERIAL and nik[_SERIAL] == "9"


def refuse_real(nik: str) -> None:
    """In practice nobody real gets in. Raises E9606; does nothing in other worlds."""
    if is_practice() and not is_example(nik):
        raise Refused("E9606")

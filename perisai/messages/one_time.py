"""One-time codes that go to a telephone and come back from who holds it: six digits, ten minutes, five tries; only a keyed hash is
kept. How many a number is sent is counted for all purposes together."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from perisai.accounts import limit
from perisai.events.vault import keyed_hash

GOOD_FOR: Final = timedelta(minutes=10)
TRIES: Final = 5
FOR_A_NUMBER: Final = 3
PER: Final = timedelta(hours=1)


def make_code() -> str:
    return f"{secrets.randbelow(10**6):06d}"


def hash_code(purpose: str, subject: object, code: str) -> bytes:
    """``purpose`` and ``subject`` keep apart codes that happen to be the same."""
    return keyed_hash(purpose, f"{subject}:{code}")


def count_for(phone: str, now: datetime) -> None:
    """Raises ``Refused`` E1005 above three codes an hour to a number, whoever asks for them. Call it outside a Work."""
    limit.take(kind="consent_phone", key=phone, limit=FOR_A_NUMBER, per=PER, now=now)

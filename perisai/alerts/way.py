"""How people are told: by e-mail, or by the phone that they chose and confirmed (``proof``); and who is told at all of a branch's
alerts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

import phonenumbers

from perisai.alerts import proof
from perisai.errors import Refused
from perisai.events.vault import seal, unseal
from perisai.events.work import Work
from perisai.messages import preference
from perisai.messages.outbox import mask_phone

KINDS: Final = ("whatsapp", "sms")

# People of the branch and above it with an address; carried by the primary keys of a line of offices.
_PEOPLE: LiteralString = """
SELECT u.email, u.language, u.role, u.office_id, coalesce(w.kind, ''), CASE WHEN w.confirmed_at IS NOT NULL THEN w.phone_sealed END,
  CASE WHEN w.confirmed_at IS NULL THEN w.phone_masked END
FROM accounts_user u
LEFT JOIN alerts_way w ON w.user_id = u.id
WHERE u.is_active AND (u.email <> '' OR w.confirmed_at IS NOT NULL) AND u.office_id IN (
  SELECT id FROM offices_office WHERE branch_id = %(branch)s
  UNION SELECT unnest(path) FROM offices_office WHERE id = %(branch)s)
ORDER BY u.id
"""
_MINE: LiteralString = """
SELECT kind, phone_masked, confirmed_at, code_sent_at, code_tries FROM alerts_way WHERE user_id = %s
"""
_KNOWN: LiteralString = "SELECT phone_sealed FROM alerts_way WHERE user_id = %s FOR UPDATE"
_SET: LiteralString = """
INSERT INTO alerts_way (user_id, kind, phone_sealed, phone_masked, changed_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (user_id) DO UPDATE SET kind = excluded.kind, phone_sealed = excluded.phone_sealed,
  phone_masked = excluded.phone_masked, changed_at = excluded.changed_at, confirmed_at = NULL, code_hash = NULL,
  code_sent_at = NULL, code_tries = 0
"""
_KIND: LiteralString = "UPDATE alerts_way SET kind = %s, changed_at = %s WHERE user_id = %s"


@dataclass(frozen=True)
class Addressee:
    """``way``: whatsapp or sms where ``phone`` is one, else ''. ``unconfirmed``: a number, masked, that nothing goes to yet."""

    email: str
    language: str
    role: str
    office_id: int
    way: str
    phone: str
    unconfirmed: str = ""


@dataclass(frozen=True)
class Mine:
    """``kind`` email: no phone is kept. Nothing goes to one before ``confirmed_at``."""

    kind: str = "email"
    phone_masked: str = ""
    confirmed_at: datetime | None = None
    code_sent_at: datetime | None = None
    code_tries: int = 0

    @property
    def is_unconfirmed(self) -> bool:
        return self.kind != "email" and self.confirmed_at is None

    def awaits_code(self, now: datetime) -> bool:
        return self.is_unconfirmed and proof.can_be_written(self.code_sent_at, self.code_tries, now)


def people(work: Work, *, branch_id: int) -> list[Addressee]:
    """Who can be told of a branch's alerts. A number that is not confirmed, or wants no more messages, is not written to: then by
    e-mail, or not at all. At most two statements."""
    rows = work.rows(_PEOPLE, {"branch": branch_id})
    phones = {bytes(row[5]): unseal(bytes(row[5])).decode() for row in rows if row[5] is not None}
    silent = preference.stopped(work, branch_id=branch_id, phones=phones.values())
    found = []
    for email, language, role, office_id, kind, sealed, unconfirmed in rows:
        phone = phones[bytes(sealed)] if sealed is not None else ""
        phone = "" if phone in silent else phone
        if phone or email:
            way = kind if phone else ""
            found.append(Addressee(email, language, role, office_id, way, phone, unconfirmed or ""))
    return found


def mine(work: Work, user_id: UUID) -> Mine:
    row = work.row(_MINE, [user_id])
    return Mine(*row) if row else Mine()


def choose(work: Work, *, user_id: UUID, kind: str, phone: str) -> None:
    """``email`` forgets the phone; an empty ``phone``, or the same, keeps the one that is there, another is to be confirmed. Raises
    E5204 for what is no number or way."""
    if kind == "email":
        work.execute("DELETE FROM alerts_way WHERE user_id = %s", [user_id])
        return
    if kind not in KINDS:
        raise Refused("E5204")
    number = _number(phone) if phone.strip() else ""
    known = work.row(_KNOWN, [user_id])
    if known is not None and number in ("", unseal(bytes(known[0])).decode()):
        work.execute(_KIND, [kind, work.now, user_id])
        return
    if not number:
        raise Refused("E5204")
    work.execute(_SET, [user_id, kind, seal(number.encode()), mask_phone(number), work.now])


def _number(text: str) -> str:
    """In international form, of a phone that can take texts."""
    try:
        number = phonenumbers.parse(text[:40], "ID")
    except phonenumbers.NumberParseException:
        raise Refused("E5204") from None
    takes: Iterable[int] = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in takes:
        raise Refused("E5204")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

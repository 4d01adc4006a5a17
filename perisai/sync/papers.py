"""An agent's own papers, as their phone keeps them for the field: licence, hold, office, placement, exams, file."""

import base64
import hashlib
import io
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, Final

import segno
from django.conf import settings
from django.utils.translation import override
from PIL import Image

from perisai.agencies import agreement
from perisai.agencies.labels import OUT_OF_ORDER
from perisai.agents import photo, public_code, renewal
from perisai.agents.licence import Standing, get_standing
from perisai.events.work import Work, branch_day
from perisai.exams import attempt, seat
from perisai.payments.banks import qris
from perisai.supervision import file
from perisai.sync.clock import to_ms
from perisai.sync.me import licence_state
from perisai.sync.signed import Phone

# By primary keys, placement_once and agreement_office.
_AGENT = """
SELECT a.since, a.public_key, o.name, g.number, g.first_day, g.last_day, lower(p.during), upper(p.during), s.name, f.name, b.name,
  ARRAY(SELECT r.name FROM offices_region r WHERE r.code = ANY (p.districts) ORDER BY r.name)
FROM agents_agent a
JOIN offices_office b ON b.id = a.branch_id
LEFT JOIN offices_office o ON o.id = a.agency_office_id
LEFT JOIN LATERAL (
  SELECT number, first_day, last_day FROM agencies_agreement g
  WHERE g.branch_id = a.branch_id AND g.office_id = a.agency_office_id AND g.state = 'signed' AND g.first_day <= %(today)s
  ORDER BY g.last_day DESC LIMIT 1
) g ON true
LEFT JOIN agents_placement p ON p.branch_id = a.branch_id AND p.agent_id = a.id AND p.during @> %(today)s::date
LEFT JOIN offices_office s ON s.id = p.sub_branch_id
LEFT JOIN offices_office f ON f.id = p.agency_office_id
WHERE a.branch_id = %(branch)s AND a.id = %(agent)s
"""

Both = dict[str, str]
PHOTO_SIDE: Final = 480
"""Pixels."""


def papers(work: Work, phone: Phone, *, known_photo: str | None) -> dict[str, Any]:
    """What ``GET /api/v1/agent/me`` answers. A few statements, and two more for each exam (there are seldom two)."""
    today = branch_day(work.now, phone.timezone)
    standing = get_standing(work, branch_id=phone.branch_id, agent_id=phone.agent_id)
    row = work.row(_AGENT, {"branch": phone.branch_id, "agent": phone.agent_id, "today": today})
    assert row is not None
    since, public_key, office, number, first_day, last_day, *placed = row
    return {
        "since": since.isoformat(),
        "licence": _licence(work, standing, phone.timezone),
        "renewal": _renewal(renewal.outlook(work, branch_id=phone.branch_id, agent_id=phone.agent_id, on=today), phone),
        "hold": _hold(work, standing, phone.timezone),
        "photo": _photo(photo.find(work, branch_id=phone.branch_id, agent_id=phone.agent_id), known_photo),
        "check": _check(public_code.make(standing.code, public_key)),
        "office": _office(work, phone, standing.agency_office_id, office, (number, first_day, last_day), today),
        "placement": _placement(*placed),
        "exams": [_exam(work, phone.branch_id, one) for one in seat.of_trainee(work, phone.branch_id, phone.agent_id)],
        "file": [_entry(one) for one in file.entries(work, phone.branch_id, phone.agent_id)],
        "qris": _qris(qris.find(work)),
        "as_of_ms": to_ms(work.now),
    }


def _qris(merchant: qris.Merchant | None) -> dict[str, str] | None:
    """What a phone needs to make QRIS codes without signal."""
    if merchant is None or merchant.issued_by != "us":
        return None
    return {name: value for name, value in asdict(merchant).items() if name not in ("bank_id", "issued_by")}


def _licence(work: Work, standing: Standing, timezone: str) -> dict[str, Any] | None:
    held = standing.licence_at(work.now, timezone) or (standing.licences[-1] if standing.licences else None)
    if held is None:
        return None
    state = licence_state(held, standing.hold_at(work.now), is_valid=held.valid_at(work.now, timezone))
    days = {"valid_from": held.valid_from.isoformat(), "valid_to": held.valid_to.isoformat()}
    return {"number": held.number, **days, "state": state}


def _renewal(found: renewal.Outlook | None, phone: Phone) -> dict[str, Any] | None:
    """The checklist of the console's page, and the agent's own wish with its answer."""
    if found is None:
        return None
    asked, minutes = found.asked, next((one.amount for one in found.checklist if one.amount), None)
    answered = asked and asked.decided_at and branch_day(asked.decided_at, phone.timezone).isoformat()
    return {
        "licence": found.last.number,
        "valid_to": found.last.valid_to.isoformat(),
        "opens_on": found.opens_on.isoformat(),
        "minutes": minutes and {"done": minutes[0], "needed": minutes[1]},
        "checklist": [
            {"key": one.key, "met": one.met, "title": _pair(one.words), "said": _pair(one.detail)}
            for one in found.checklist
        ],
        "asked": asked
        and {
            "state": asked.state,
            "on": branch_day(asked.asked_at, phone.timezone).isoformat(),
            "answered_on": answered,
            "reason": asked.reason,
        },
    }


def _pair(words: tuple[str, str]) -> Both:
    return {"id": words[0], "en": words[1]}


def _hold(work: Work, standing: Standing, timezone: str) -> dict[str, Any] | None:
    held = standing.hold_at(work.now)
    if held is None:
        return None
    # It ends with an instant, mostly a midnight: the last day is that of the moment before.
    until = held.until and branch_day(held.until - timedelta(microseconds=1), timezone).isoformat()
    return {"kind": held.kind, "since": branch_day(held.since, timezone).isoformat(), "until": until}


def _photo(jpeg: bytes | None, known: str | None) -> dict[str, Any] | None:
    """Small enough for a slow line; without its bytes where the phone has it."""
    if jpeg is None:
        return None
    small = _small(jpeg)
    sha256 = hashlib.sha256(small).hexdigest()
    data = None if sha256 == known else base64.b64encode(small).decode()
    return {"sha256": sha256, "type": "image/jpeg", "data": data}


def _small(jpeg: bytes) -> bytes:
    with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as image:
        image.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
        written = io.BytesIO()
        image.convert("RGB").save(written, "JPEG", quality=80)
    return written.getvalue()


def _check(code: str) -> dict[str, Any]:
    """The page of the public check, and its QR code as rows of modules, so that a phone shows it without signal."""
    url = f"{settings.ORIGIN}/agen/{code}"
    made = segno.make_qr(url, error="m")
    return {"url": url, "qr": ["".join("1" if module else "0" for module in row) for row in made.matrix]}


def _office(
    work: Work, phone: Phone, office_id: int | None, name: str | None, signed: tuple[Any, ...], today: date
) -> dict[str, Any] | None:
    if office_id is None:
        return None
    number, first_day, last_day = signed
    why = agreement.in_order(work, phone.branch_id, office_id, today)
    days = number and {"number": number, "valid_from": first_day.isoformat(), "valid_to": last_day.isoformat()}
    return {"name": name or "", "agreement": days or None, "trouble": _both(OUT_OF_ORDER[why]) if why else None}


def _placement(
    since: date | None, until: date | None, sub: str | None, office: str | None, branch: str, districts: list[str]
) -> dict[str, Any] | None:
    if since is None:
        return None
    last = until and date.fromordinal(until.toordinal() - 1).isoformat()
    return {"place": sub or office or branch, "from": since.isoformat(), "until": last, "districts": districts}


def _exam(work: Work, branch_id: int, dated: seat.Dated) -> dict[str, Any]:
    standing = attempt.get_standing(work, branch_id=branch_id, seat_id=dated.seat_id)
    return {
        "id": str(dated.seat_id),
        "title": {"id": dated.name_id, "en": dated.name_en},
        "opens_at": dated.opens_at and dated.opens_at.isoformat(),
        "closes_at": dated.closes_at and dated.closes_at.isoformat(),
        "place": dated.place or None,
        "minutes": standing.minutes,
        "attempts_left": max(0, standing.attempts - standing.used),
        "refused": standing.refusal.text() if standing.refusal else None,
        "path": dated.path,
    }


_APPEALS: Final[dict[str | None, Both]] = {
    None: {"id": "belum diputus", "en": "not decided yet"},
    "upheld": {"id": "ditolak, tindakan tetap", "en": "refused, the measure stands"},
    "lifted": {"id": "dikabulkan, tindakan dicabut", "en": "granted, the measure is lifted"},
}


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    """Of the file what a phone shows."""
    appeal = entry["appeal"]
    return {
        **{name: entry[name] for name in ("id", "title", "reason", "text", "is_over")},
        "on": entry["day"],
        "until": entry["until_on"],
        "appeal_by": entry["appeal_until"],
        "can_appeal": entry["can_appeal"],
        "appeal": appeal
        and {
            "state": _APPEALS[appeal["outcome"]],
            "answer": appeal["answer"] or "",
            "text": appeal["text"],
            "on": appeal["filed_on"],
            "decided_on": appeal["decided_on"],
            "documents": appeal["documents"],
        },
    }


def _both(text: object) -> Both:
    """A text of the catalogue of the screens in both languages."""
    said = {}
    for language in ("id", "en"):
        with override(language):
            said[language] = str(text)
    return said

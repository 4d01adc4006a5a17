"""Badge and assignment letter as PDF, in Indonesian."""

import io
from pathlib import Path
from typing import Any, Final, LiteralString
from uuid import UUID

from django.conf import settings
from PIL import Image

from perisai.agents import photo, public_code
from perisai.documents import pdf
from perisai.errors import Refused
from perisai.events.work import Work, branch_day
from perisai.written import long_day

_FOLDER: Final = Path(__file__).parent / "paper"
_PHOTO: Final = (300, 375)
"""Pixels of the photo on the badge: 20 x 25 mm at 380 dots an inch."""

# By primary keys; the licence by licence_agent, the placement by placement_once.
_FACTS: LiteralString = """
SELECT a.full_name AS name, a.code, a.public_key, l.number, l.valid_from, l.valid_to, l.conditions, l.state, b.name AS branch,
  b.address AS branch_address, b.timezone, b.is_demo AS demo, coalesce(g.name, '') AS agency, coalesce(s.name, b.name) AS office,
  ARRAY(SELECT r.name FROM offices_region r WHERE r.code = ANY (p.districts) ORDER BY r.name) AS districts
FROM agents_agent a
JOIN offices_office b ON b.id = a.branch_id
JOIN agents_licence l ON l.branch_id = a.branch_id AND l.agent_id = a.id AND l.state = 'valid'
  AND l.valid_to >= (%(now)s::timestamptz AT TIME ZONE b.timezone)::date
LEFT JOIN offices_office s ON s.id = a.sub_branch_id
LEFT JOIN offices_office g ON g.id = a.agency_office_id
LEFT JOIN agents_placement p
  ON p.branch_id = a.branch_id AND p.agent_id = a.id AND p.during @> (%(now)s::timestamptz AT TIME ZONE b.timezone)::date
WHERE a.branch_id = %(branch)s AND a.id = %(agent)s ORDER BY l.valid_from LIMIT 1
"""


def badge(work: Work, *, branch_id: int, agent_id: UUID) -> tuple[str, bytes]:
    """(file name, PDF of two sides, 85.6 x 54 mm). Raises E1004, E9411 where no licence is in force or to come."""
    facts = _facts(work, branch_id, agent_id)
    picture = photo.find(work, branch_id=branch_id, agent_id=agent_id)
    facts["photo"] = list(_small(picture)) if picture else None
    return f"tanda-pengenal-{facts['code']}.pdf", pdf.render(_FOLDER / "badge.typ", facts)


def letter(work: Work, *, branch_id: int, agent_id: UUID) -> tuple[str, bytes]:
    """(file name, PDF): the assignment letter, for the agency office to sign. Raises E1004, E9411."""
    facts = _facts(work, branch_id, agent_id)
    return f"surat-tugas-{facts['code']}.pdf", pdf.render(_FOLDER / "letter.typ", facts)


def _facts(work: Work, branch_id: int, agent_id: UUID) -> dict[str, Any]:
    rows = work.dicts(_FACTS, {"branch": branch_id, "agent": agent_id, "now": work.now})
    if not rows:
        raise Refused("E9411")
    row = rows[0]
    text = public_code.make(row["code"], row["public_key"])
    address = f"{settings.ORIGIN}/agen/"
    today = branch_day(work.now, row["timezone"])
    return {
        **{
            key: row[key]
            for key in ("name", "code", "number", "conditions", "branch", "branch_address", "demo", "agency", "office")
        },
        "initials": "".join(word[0] for word in row["name"].split()[:2]),
        "districts": ", ".join(row["districts"]) or "seluruh wilayah kantor",
        "valid_from": long_day(row["valid_from"]),
        "valid_to": long_day(row["valid_to"]),
        "today": long_day(today),
        "letter_number": f"ST/{row['number'].removeprefix('L-')}/{today.year}",
        "public_code": text,
        "address_find": address.removeprefix("https://").removeprefix("http://").rstrip("/"),
        "qr": pdf.qr(address + text),
    }


def _small(picture: bytes) -> bytes:
    kept = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as image:
        small = image.convert("RGB")
        small.thumbnail((_PHOTO[0] * 2, _PHOTO[1]))
        small.save(kept, "JPEG", quality=85)
    return kept.getvalue()

"""The text of an agreement as PDF, in Indonesian: a draft to sign, or with the signatures that were recorded."""

from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson

from perisai.agencies.labels import FORMS_ID
from perisai.documents import pdf
from perisai.errors import Refused
from perisai.events.work import Work
from perisai.written import long_day

_TEMPLATE: Final = Path(__file__).parent / "paper" / "agreement.typ"

_FIND = """
SELECT number, version, state, valid_from, valid_to, facts, office_id FROM agencies_agreement WHERE branch_id = %s AND id = %s
"""
_SIGNATURES = "SELECT party, name, title, signed_on FROM agencies_signature WHERE branch_id = %s AND agreement_id = %s"


def agreement_pdf(work: Work, *, branch_id: int, agreement_id: UUID) -> tuple[str, bytes]:
    """(file name, PDF). From the facts kept with the draft, so that a text prints the same for ever. Raises E1004."""
    rows = work.dicts(_FIND, [branch_id, agreement_id])
    if not rows:
        raise Refused("E1004")
    found = rows[0]
    signed = {
        party: {"name": name, "title": title, "on": long_day(on)}
        for party, name, title, on in work.rows(_SIGNATURES, [branch_id, agreement_id])
    }
    kept: dict[str, Any] = orjson.loads(found["facts"])
    kept["office"]["form"] = FORMS_ID.get(kept["office"]["form"], "")
    facts = kept | {
        "number": found["number"],
        "version": found["version"],
        "valid_from": long_day(found["valid_from"]),
        "valid_to": long_day(found["valid_to"]),
        "signed": found["state"] == "signed",
        "signatures": signed,
    }
    name = f"{found['number']}-v{found['version']}".replace("/", "-") + ".pdf"
    return name, render(facts)


def render(facts: dict[str, Any]) -> bytes:
    return pdf.render(_TEMPLATE, facts)

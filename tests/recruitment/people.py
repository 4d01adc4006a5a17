"""Candidates for tests, as they come through the verb that the form uses."""

import io
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from PIL import Image

from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.recruitment import application, document, membership
from perisai.recruitment.rules import REQUIRED_DOCUMENTS
from tests.world import Branch, jakarta_today, system_work

_serials = count(1001)


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 400), **options: Any) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", size, (90, 140, 120)).save(kept, kind, **options)
    return kept.getvalue()


def some_nik(birth: date = date(1990, 5, 17)) -> str:
    return f"157108{birth:%d%m%y}{next(_serials):04d}"


def filled(**changes: Any) -> application.Application:
    """Somebody who fulfils every condition."""
    given: dict[str, Any] = {
        "form_key": uuid7(),
        "full_name": "Ratna Dewi Uji",
        "nik": some_nik(),
        "birth_date": date(1990, 5, 17),
        "education": 3,
        "phone": f"+628131{next(_serials):07d}",
        "bank": "BNI",
        "account": "0123456789",
        "account_holder": "Ratna Dewi Uji",
        "is_bpu_member": True,
        "kpj": "",
        "is_bpjs_employee": False,
        "agency_office_id": None,
        "districts": ("15.71.08",),
        "language": "id",
        "invitation": None,
    }
    return application.Application(**(given | changes))


def make_candidate(
    branch: Branch, *, documents: tuple[str, ...] = REQUIRED_DOCUMENTS, is_proven: bool = True, **changes: Any
) -> UUID:
    """An application as the form sends it, with its pictures. ``is_proven``: who says to be a member has sent a proof of it, and an
    officer has accepted that."""
    given = filled(**changes)
    is_shown = is_proven and given.is_bpu_member
    kinds = (*documents, "membership") if is_shown else documents
    pictures = [document.read(kind, picture()) for kind in kinds]
    with system_work(branch) as work:
        sent = application.apply(work, branch_id=branch.id, given=given, pictures=pictures)
        if is_shown:
            accept_proof(work, branch, sent.candidate_id)
    return sent.candidate_id


def accept_proof(work: Work, branch: Branch, candidate_id: UUID) -> None:
    """Whatever picture lies there as proof of membership now."""
    found = document.find_id(work, branch_id=branch.id, candidate_id=candidate_id, kind="membership")
    assert found is not None
    membership.accept_proof(work, branch_id=branch.id, candidate_id=candidate_id, document_id=found)


def today() -> date:
    return jakarta_today()

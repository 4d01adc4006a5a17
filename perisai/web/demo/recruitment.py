"""The demo world's candidates: at each stage that a person decides on, refused and withdrawn ones, and some who were invited."""

import io
from datetime import date, datetime, timedelta
from functools import cache
from uuid import UUID

from PIL import Image, ImageDraw

from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.vault import unseal
from perisai.events.work import Work
from perisai.recruitment import application, document, invitation, membership, pipeline
from perisai.recruitment.pipeline import Reason
from perisai.recruitment.rules import REQUIRED_DOCUMENTS
from perisai.web.demo.photos import sample
from perisai.web.demo.places import BUNGO, JAMBI

ALL = REQUIRED_DOCUMENTS
PROVEN = ("screened", "in_training", "refused", "withdrawn")
"""Who came so far has sent a proof of membership; of the new ones an officer looks it up."""
# A name with a star is that of some member of the branch in this state, with the NIK that the register knows.
# Name, district, agency office, days ago, documents, stage, what is different about them.
PEOPLE: dict[int, tuple[tuple[str, str, int | None, int, tuple[str, ...], str, dict[str, object]], ...]] = {
    JAMBI: (
        ("Wahyu Nugraha", "15.71.01", 150121, 1, (), "applied", {}),
        ("Siti Khodijah", "15.71.08", 150121, 2, ("id_card", "face"), "applied", {}),
        ("Arif Budiman", "15.71.04", None, 3, ALL, "applied", {"education": 2}),
        ("Leni Marlina", "15.05.01", 150121, 4, ALL, "applied", {"account_holder": "Suparman"}),
        ("Taufik Rahman", "15.04.03", 150122, 5, ALL, "applied", {"is_bpu_member": False}),
        ("Nurul Hikmah", "15.06.02", 150122, 6, (*ALL, "membership"), "applied", {}),
        ("*active", "15.71.06", 150121, 7, ALL, "applied", {}),
        ("Hendri Saputra", "15.71.07", 150121, 12, ALL, "screened", {}),
        ("Ratna Juwita", "15.04.05", 150122, 14, ALL, "screened", {}),
        ("Agus Salim", "15.07.01", None, 15, ALL, "screened", {}),
        ("Maya Sari", "15.71.02", 150121, 24, ALL, "in_training", {}),
        ("Rudi Hartono", "15.06.04", 150122, 27, ALL, "in_training", {}),
        ("Putri Handayani", "15.71.03", None, 20, ALL, "refused", {"is_bpjs_employee": True}),
        ("Sapriadi", "15.05.02", None, 31, ("face",), "refused", {}),
        ("Yanti Oktavia", "15.71.05", 150121, 18, ALL, "withdrawn", {}),
    ),
    BUNGO: (
        ("Doni Kurniawan", "15.08.03", 150221, 2, ALL, "applied", {}),
        ("Elvi Susanti", "15.02.02", None, 5, ("id_card",), "applied", {}),
        ("Jamaluddin", "15.03.03", 150221, 11, ALL, "screened", {}),
        ("Novita Dewi", "15.09.04", 150221, 22, ALL, "in_training", {}),
    ),
}  # fmt: skip
REASONS = {"Putri Handayani": Reason("bpjs_employee"), "Sapriadi": Reason("not_reached", "Tiga kali kami telepon.")}
INVITED = {JAMBI: ("0812 0009 9001", "0812 0009 9002", "0812 0009 9003"), BUNGO: ("0812 0009 9011",)}

INVITED_BY = {JAMBI: {150121: ("0812 0009 9021", "0812 0009 9022"), 150122: ("0812 0009 9023",)}}


def build_candidates(end: datetime) -> None:
    """A branch that has candidates stays as it is."""
    for branch_id, people in PEOPLE.items():
        with Work.open(scope=Scope.branch(branch_id)) as work:
            if work.row("SELECT 1 FROM recruitment_candidate WHERE branch_id = %s LIMIT 1", [branch_id]):
                continue
        officer = _officer(branch_id)
        for number, person in sorted(enumerate(people, start=1), key=lambda each: -each[1][3]):  # ids follow time
            _build(branch_id, number, person, end, officer)
        with _work(branch_id, end - timedelta(days=4), officer) as work:
            rows = invitation.read("\n".join(INVITED[branch_id]))
            invitation.invite(work, branch_id=branch_id, rows=rows, agency_office_id=None)
            for agency, phones in INVITED_BY.get(branch_id, {}).items():
                invitation.invite(
                    work, branch_id=branch_id, rows=invitation.read("\n".join(phones)), agency_office_id=agency
                )


def _build(
    branch_id: int,
    number: int,
    person: tuple[str, str, int | None, int, tuple[str, ...], str, dict[str, object]],
    end: datetime,
    officer: UUID | None,
) -> None:
    name, district, agency, days, documents, stage, different = person
    if name.startswith("*"):
        found = _member(branch_id, name[1:], end)
        if found is None:
            return
        name, different = str(found["full_name"]), found
    begun = end - timedelta(days=days, hours=number % 5)
    with _work(branch_id, begun, None) as work:
        given = _given(branch_id, number, name, district, agency, different)
        kinds = (*documents, *(("membership",) if stage in PROVEN else ()))
        pictures = [_picture(kind, number % 4) for kind in kinds]
        who = application.apply(work, branch_id=branch_id, given=given, pictures=pictures).candidate_id
    if stage in ("screened", "in_training"):
        with _work(branch_id, begun + timedelta(days=1), officer) as work:
            _accept_proof(work, branch_id, who)
    way = {"in_training": ("screened", "in_training"), "applied": ()}.get(stage, (stage,))
    for step, to in enumerate(way, start=1):
        by = None if to == "withdrawn" else officer
        with _work(branch_id, begun + timedelta(days=step, hours=3), by) as work:
            reason = REASONS.get(name, pipeline.NONE)
            pipeline.move(work, branch_id=branch_id, candidate_id=who, to=to, reason=reason)


def _member(branch_id: int, state: str, end: datetime) -> dict[str, object] | None:
    """Name, NIK, birth and account's holder of a member of working age; None where the branch has none in this state."""
    with Work.open(scope=Scope.branch(branch_id)) as work:
        row = work.row(
            "SELECT p.name, p.nik_sealed, p.birth_date FROM members_enrolment e"
            " JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id"
            " WHERE e.branch_id = %s AND e.state = %s AND e.segment = 'BPU' AND p.birth_date < %s ORDER BY e.id LIMIT 1",
            [branch_id, state, (end - timedelta(days=25 * 366)).date()],
        )
    if row is None:
        return None
    nik = unseal(bytes(row[1])).decode()
    return {"full_name": row[0], "account_holder": row[0], "nik": nik, "birth_date": row[2]}


def _accept_proof(work: Work, branch_id: int, who: UUID) -> None:
    found = document.find_id(work, branch_id=branch_id, candidate_id=who, kind="membership")
    assert found is not None
    membership.accept_proof(work, branch_id=branch_id, candidate_id=who, document_id=found)


def _given(
    branch_id: int, number: int, name: str, district: str, agency: int | None, different: dict[str, object]
) -> application.Application:
    """Somebody who fulfils everything but what is ``different``. The serial of a NIK begins with 9: it belongs to nobody."""
    born = date(1984 + number % 18, number % 12 + 1, number % 27 + 1)
    fields: dict[str, object] = {
        "form_key": uuid7(),
        "full_name": name,
        "nik": f"{district.replace('.', '')}{born:%d%m%y}9{branch_id % 10}{number:02d}",
        "birth_date": born,
        "education": 3 + number % 3,
        "phone": f"+62812000{branch_id % 100:02d}9{number:02d}",
        "bank": "BNI" if number % 2 else "CIMB Niaga",
        "account": f"90000{branch_id}{number:03d}",
        "account_holder": name,
        "is_bpu_member": True,
        "kpj": "",
        "is_bpjs_employee": False,
        "agency_office_id": agency,
        "districts": (district,),
        "language": "id",
        "invitation": None,
    }
    return application.Application(**(fields | different))  # type: ignore[arg-type]  # each by its name


def _work(branch_id: int, at: datetime, officer: UUID | None) -> Work:
    return Work.open(scope=Scope.branch(branch_id), clock=FixedClock(at), actor=Actor(user_id=officer))


def _officer(branch_id: int) -> UUID | None:
    with Work.open(scope=Scope.branch(branch_id)) as work:
        row = work.row(
            "SELECT id FROM accounts_user WHERE office_id = %s AND role = 'branch' ORDER BY username LIMIT 1",
            [branch_id],
        )
    return row[0] if row else None


@cache
def _picture(kind: str, number: int) -> document.Picture:
    return document.read(kind, sample(number, kind) if kind == "id_card" else _drawn(kind, number))


def _drawn(kind: str, number: int) -> bytes:
    """A drawing that shows nobody: a head and shoulders, or a page with lines."""
    image = Image.new("RGB", (480, 640), (226, 232 - 6 * number, 228))
    pen = ImageDraw.Draw(image)
    if kind == "face":
        pen.ellipse((150, 130, 330, 350), fill=(150, 120 + 12 * number, 100))
        pen.rounded_rectangle((70, 390, 410, 700), 120, fill=(40, 90, 70 + 25 * number))
    else:
        pen.rectangle((50, 50, 430, 590), fill="white", outline=(120, 120, 120), width=3)
        for line in range(9):
            pen.line((90, 190 + 40 * line, 390 - 30 * (line % 3), 190 + 40 * line), fill=(150, 150, 150), width=6)
    pen.text((180, 20), "CONTOH", fill=(170, 40, 40), font_size=36)
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=80)
    return kept.getvalue()

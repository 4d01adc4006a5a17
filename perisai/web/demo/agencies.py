"""The demo world's agency offices: agreements in force, two of them near their end, and applications that wait or were refused."""

import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw

from perisai.accounts.models import User
from perisai.agencies import agreement, application, document, expiry, office, own, signature
from perisai.agencies.link import Owner
from perisai.events.clock import FixedClock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.offices.models import Office
from perisai.web.demo.people import HISTORY
from perisai.web.demo.places import BUNGO, JAMBI

ZONE = ZoneInfo("Asia/Jakarta")
LEADERS = {
    150121: office.Leader("Nurhayati Zainal", "Ketua", "+6281100019011", "cooperative"),
    150122: office.Leader("Firmansyah Lubis", "Direktur", "+6281100019012", "cv"),
    150221: office.Leader("Ernawati Saleh", "Ketua", "+6281100029011", "community"),
}
HEADS = {JAMBI: "Yusnidar Rahman", BUNGO: "Hendra Gunawan"}
OFFICERS = {JAMBI: "petugas.jambi", BUNGO: "petugas.bungo"}
DAYS_LEFT = {JAMBI: {150121: 52, 150122: 21}, BUNGO: {150221: 240}}
WAITING = application.Applicant(
    name="Koperasi Pedagang Talang Banjar (demo)",
    form="cooperative",
    address="Pasar Talang Banjar, Kota Jambi",
    leader_name="Rosmiati Harahap",
    leader_title="Ketua",
    leader_phone="0811 0001 9021",
    candidates=6,
)
REFUSED = application.Applicant(
    name="Komunitas Ojek Telanaipura (demo)",
    form="community",
    address="Telanaipura, Kota Jambi",
    leader_name="Guntur Saputra",
    leader_title="Koordinator",
    leader_phone="0811 0001 9022",
    candidates=2,
)
PAPERS = {"agents_ready": "Daftar calon agen (contoh)", "bank_account": "Buku rekening (contoh)"}
SEEN = ("meeting", "leader_identity", "legal_form", "agents_ready")


def build_agencies(end: datetime) -> None:
    """Before the story of the field is told: its agents need an office with an agreement. What is there stays as it is."""
    for branch_id, offices in DAYS_LEFT.items():
        actor = Actor(user_id=User.objects.get(username=OFFICERS[branch_id]).pk)
        scope = Scope.branch(branch_id)
        with Work.open(scope=scope, actor=actor, clock=FixedClock(end - HISTORY)) as work:
            if work.row("SELECT 1 FROM agencies_agreement WHERE branch_id = %s LIMIT 1", [branch_id]):
                continue
            for office_id, days_left in offices.items():
                _agree(work, branch_id, office_id, end, days_left)
        with Work.open(scope=scope, actor=actor, clock=FixedClock(end - timedelta(days=1))) as work:
            if branch_id == JAMBI:
                _apply(work)
        with Work.open(scope=scope, clock=FixedClock(end)) as work:
            expiry.warn(work, branch_id=branch_id, today=end.astimezone(ZONE).date())


def _agree(work: Work, branch_id: int, office_id: int, end: datetime, days_left: int) -> None:
    """An agreement of a year that has so many days left, signed by both on its first day."""
    last_day = end.astimezone(ZONE).date() + timedelta(days=days_left)
    first_day = last_day - timedelta(days=364)
    leader, head = LEADERS[office_id], HEADS[branch_id]
    office.begin(work, branch_id=branch_id, office_id=office_id, since=first_day, leader=leader)
    signatories = agreement.Signatories(head, "Kepala Kantor Cabang", leader.name, leader.title)
    agreement_id = agreement.draft(
        work,
        branch_id=branch_id,
        office_id=office_id,
        valid_from=first_day,
        valid_to=last_day,
        signatories=signatories,
    )
    for party, name, title in (("branch", head, "Kepala Kantor Cabang"), ("office", leader.name, leader.title)):
        signature.sign(
            work,
            branch_id=branch_id,
            agreement_id=agreement_id,
            party=party,
            name=name,
            title=title,
            signed_on=first_day,
        )


def _apply(work: Work) -> None:
    """One that waits with half of its checks done and papers for the others, and one that was refused."""
    parent = Office.objects.get(id=JAMBI)
    waiting = application.apply(work, parent=parent, applicant=WAITING, source="staff")
    for item in SEEN:
        application.check(
            work, branch_id=JAMBI, application_id=waiting, item=item, is_met=item != "agents_ready", note=""
        )
    for item, title in PAPERS.items():
        own.add_paper(work, Owner(JAMBI, waiting), item, document.read(_page(title)))
    refused = application.apply(work, parent=parent, applicant=REFUSED, source="staff")
    application.refuse(work, branch_id=JAMBI, application_id=refused, reason="agents", note="Baru ada dua calon agen.")


def _page(title: str) -> bytes:
    """A photographed page that says what it stands for."""
    page = Image.new("RGB", (900, 1200), (246, 244, 238))
    pen = ImageDraw.Draw(page)
    pen.text((80, 80), title, fill=(40, 40, 40), font_size=44)
    for line in range(8):
        pen.line((80, 240 + line * 90, 820, 240 + line * 90), fill=(150, 150, 150), width=2)
    made = io.BytesIO()
    page.save(made, "JPEG")
    return made.getvalue()

"""Groups and sponsors in the demo: a motor-taxi stand and a market; a company whose funding ends, a city's budget, and a
guild that pays JKK and JKM while JHT rests."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import LiteralString
from uuid import UUID

from perisai.accounts.models import User
from perisai.contributions.cover.rule import add_months
from perisai.contributions.runs.month_run import DAYS_AHEAD
from perisai.events.clock import FixedClock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work, branch_day
from perisai.payers import collective, farewell, group, sponsor
from perisai.web.demo.people import agents
from perisai.web.demo.places import JAMBI

ZONE = "Asia/Jakarta"
PART = ("JKK", "JKM")
"""What a sponsor pays whose members' old-age savings rest meanwhile."""

# Members in good order: paid up to the month before the newest bills, and nothing of theirs is in an order, with an agent, or held.
_PAID: LiteralString = """
SELECT e.id FROM members_enrolment e
JOIN contributions_bill b ON b.branch_id = e.branch_id AND b.enrolment_id = e.id AND b.state = 'open'
WHERE e.branch_id = %s AND e.state = 'active' AND e.segment = 'BPU' AND e.paid_through = %s AND e.group_id IS NULL
  AND e.transport = %s AND b.sponsor_id IS NULL AND NOT EXISTS (
    SELECT FROM payments_order_bill o WHERE o.branch_id = b.branch_id AND o.enrolment_id = b.enrolment_id)
  AND NOT EXISTS (SELECT FROM custody_line c WHERE c.branch_id = b.branch_id AND c.enrolment_id = b.enrolment_id)
  AND NOT EXISTS (SELECT FROM payments_held h WHERE h.branch_id = b.branch_id AND h.enrolment_id = b.enrolment_id)
GROUP BY e.id HAVING count(*) = 1 ORDER BY e.id LIMIT %s
"""
# The same with old-age savings, which rest while a sponsor pays the other two.
_WITH_SAVINGS: LiteralString = _PAID.replace(
    "e.transport = %s", "'JHT' = ANY (e.programmes) AND NOT e.employs_others AND NOT e.transport"
)
_OWING: LiteralString = """
SELECT e.id FROM members_enrolment e WHERE e.branch_id = %s AND e.state = 'active' AND e.segment = 'BPU'
  AND e.group_id IS NULL AND e.paid_through < %s ORDER BY e.id LIMIT %s
"""


def build_payers(end: datetime) -> None:
    """Leaves alone what is there. By the verbs, each at the day of the story on which it was done."""
    with _work(end) as work:
        if work.row("SELECT 1 FROM payers_group WHERE branch_id = %s LIMIT 1", [JAMBI]):
            return
    newest = _newest_billed(branch_day(end, ZONE))
    paid = add_months(newest, -1)
    agent = agents()[0].id
    with _work(end - timedelta(days=45)) as work:
        stand = _group(work, agent, "ojek_stand", "Pangkalan Ojek Simpang Rimbo", "Simpang Rimbo", "Darwis Effendi")
        market = _group(work, agent, "market", "Pasar Angso Duo Blok C", "Angso Duo", "Nurbaiti Zakaria")
    with _work(end - timedelta(days=12)) as work:
        speaker = group.Speaker("Mulyadi Saputra", "+6281278900012")
        group.change_coordinator(work, branch_id=JAMBI, group_id=stand, speaker=speaker)
    with _work(end - timedelta(minutes=110)) as work:
        group.move(work, branch_id=JAMBI, group_id=stand, enrolment_ids=_ids(work, _PAID, [JAMBI, paid, True, 9]))
        group.move(work, branch_id=JAMBI, group_id=market, enrolment_ids=_ids(work, _PAID, [JAMBI, paid, False, 8]))
        group.move(work, branch_id=JAMBI, group_id=market, enrolment_ids=_ids(work, _OWING, [JAMBI, paid, 4]))
    _sponsors(end, newest)


def _newest_billed(today: date) -> date:
    """The coming month where its bills are out already, else this one."""
    following = add_months(today.replace(day=1), 1)
    return following if (following - today).days <= DAYS_AHEAD else today.replace(day=1)


def _sponsors(end: datetime, month: date) -> None:
    paid = add_months(month, -1)
    with _work(end - timedelta(days=10)) as work:
        csr = _sponsor(work, "company_csr", "PT Karet Sungai Batanghari", "CSR/014/2026", month, month, 2_500_000)
        half_year = date(month.year + (month.month > 6), 6, 1)
        city = _sponsor(
            work, "local_budget", "Pemerintah Kota Contoh Jambi", "SK 460/112/2026", month, half_year, 9_000_000
        )
        guild = _sponsor(
            work, "other", "Paguyuban Pedagang Sungai Asam", "PKS 07/2026", month, half_year, 1_500_000, PART
        )
    with _work(end - timedelta(minutes=105)) as work:
        saving = [sponsor.ToFund(one, month, half_year) for one in _ids(work, _WITH_SAVINGS, [JAMBI, paid, 3])]
        if saving:
            sponsor.fund(work, branch_id=JAMBI, sponsor_id=guild, wanted=saving)
    with _work(end - timedelta(minutes=100)) as work:
        funded = _ids(work, _PAID, [JAMBI, paid, False, 24])
        half = len(funded) // 2
        for by, who, last in ((csr, funded[:half], month), (city, funded[half:], half_year)):
            if who:
                wanted = [sponsor.ToFund(one, month, last) for one in who]
                sponsor.fund(work, branch_id=JAMBI, sponsor_id=by, wanted=wanted)
    if half == 0:
        return
    with _work(end - timedelta(minutes=90)) as work:
        collective.for_sponsor(work, branch_id=JAMBI, sponsor_id=city, month=month)
    with _work(end - timedelta(minutes=80)) as work:
        farewell.follow(work, branch_id=JAMBI, today=branch_day(work.now, ZONE))
    with _work(end - timedelta(minutes=70)) as work:
        said = zip(funded[:3], ("takes_over", "thinking", "not_found"), strict=False)
        answers = [farewell.Answer(one, one, month, outcome, work.now) for one, outcome in said]
        farewell.answer_many(work, branch_id=JAMBI, agent_id=None, answers=answers)


def _group(work: Work, agent: UUID, kind: str, name: str, place: str, speaker: str) -> UUID:
    row = work.row(
        "SELECT code FROM offices_region WHERE level = 4 AND code LIKE '15.71.%%' ORDER BY name <> %s, code LIMIT 1",
        ["Simpang Rimbo" if kind == "ojek_stand" else "Orang Kayo Hitam"],
    )
    assert row is not None
    return group.make(
        work, branch_id=JAMBI, kind=kind, name=name, place=place, region=row[0], agent_id=agent,
        speaker=group.Speaker(speaker, "+6281278900011" if kind == "market" else None),
    )  # fmt: skip


def _sponsor(
    work: Work,
    kind: str,
    name: str,
    reference: str,
    first: date,
    last: date,
    budget: int,
    programmes: tuple[str, ...] | None = None,
) -> UUID:
    """``programmes`` None: whatever a member has."""
    given: dict[str, object] = {
        "kind": kind, "name": name, "reference": reference, "first_month": first, "last_month": last,
    }  # fmt: skip
    given |= {"programmes": list(programmes) if programmes else None}
    contact = {"contact_name": "Bagian keuangan", "contact_phone": None, "budget": budget}
    return sponsor.make(work, branch_id=JAMBI, given=given | contact)


def _ids(work: Work, sql: LiteralString, params: list[object]) -> list[UUID]:
    return [row[0] for row in work.rows(sql, params)]


@contextmanager
def _work(at: datetime) -> Iterator[Work]:
    user = User.objects.get(username="petugas.jambi")
    with Work(scope=Scope.branch(JAMBI), actor=Actor(user.id), clock=FixedClock(at)) as work:
        yield work

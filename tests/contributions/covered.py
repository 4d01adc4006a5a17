"""Members as the rooms of bills and cover meet them: active, paid through a month, with a code; many in one statement."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from perisai.contributions.bills import settlement
from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.members.enrolments import activation
from perisai.payments.crediting import crediting, judgement
from tests.world import Branch, make_branch

_MEMBERS = """
WITH numbered AS (
  SELECT n, uuidv7() AS id, uuidv7() AS person FROM generate_series(1, %(count)s) n
), persons AS (
  INSERT INTO members_person (branch_id, id, nik_sealed, nik_hash, nik_masked, name, name_key, birth_place, birth_date, sex,
    phone_owner, address, region_code, created_at)
  SELECT %(branch)s, person, '', sha256(person::text::bytea), '1571**********00', 'Siti Uji ' || n, 'siti', 'Jambi',
    %(birth)s, 'F', 'none', '', '15.71.08.1001', now() FROM numbered
), codes AS (
  INSERT INTO payments_payment_code (code, branch_id, enrolment_id, channel, code_masked)
  SELECT '99' || lpad(%(branch)s::text, 5, '0') || lpad(n::text, 7, '0'), %(branch)s, id, 'va',
    '99' || lpad(%(branch)s::text, 5, '0') || lpad(n::text, 7, '0') FROM numbered
), members AS (
  INSERT INTO members_enrolment (branch_id, id, person_id, segment, state, agent_id, region_code, captured_from, captured_to,
    captured_on, received_at, jobs, income, base_income, transport, employs_others, programmes, months, rules, quota_over,
    warnings, core_state, core_is_demo, payment_code, activated_at, cover_from, first_month, paid_through)
  SELECT %(branch)s, id, person, 'BPU', %(state)s, %(agent)s, '15.71.08.1001', %(since)s, %(since)s, %(since)s::date, %(since)s,
    '{trade.market}', (%(incomes)s::bigint[])[1 + (n - 1) %% cardinality(%(incomes)s::bigint[])], 1600000, false, false,
    %(programmes)s::text[], %(months)s, 'test', false, '{}', 'none', false,
    '99' || lpad(%(branch)s::text, 5, '0') || lpad(n::text, 7, '0'), %(since)s, %(since)s, %(since)s::date, %(paid)s
  FROM numbered RETURNING id, cover_from, first_month
)
INSERT INTO contributions_spell (branch_id, enrolment_id, during, first_month)
SELECT %(branch)s, id, daterange(cover_from::date, NULL), first_month FROM members RETURNING enrolment_id
"""


@dataclass(frozen=True)
class Members:
    branch: Branch
    ids: list[UUID]

    def work(self, now: datetime | date | None = None) -> Work:
        """A Work of the system, at noon UTC where ``now`` is a day."""
        at = now if isinstance(now, datetime) or now is None else datetime(now.year, now.month, now.day, 5, tzinfo=UTC)
        return Work(scope=Scope.branch(self.branch.id), clock=FixedClock(at) if at else None)


def make_members(
    count: int = 1,
    *,
    branch: Branch | None = None,
    paid: date = date(2026, 10, 1),
    months: int = 1,
    incomes: list[int] | None = None,
    programmes: list[str] | None = None,
    agent: UUID | None = None,
    state: str = "active",
    birth: date = date(1985, 3, 2),
    since: datetime = datetime(2026, 6, 1, 3, tzinfo=UTC),
) -> Members:
    """Members of one branch who were enrolled in June 2026 and have paid through ``paid``."""
    branch = branch or make_branch(target=None)
    facts: dict[str, Any] = {
        "branch": branch.id,
        "count": count,
        "paid": paid,
        "months": months,
        "incomes": incomes or [1_500_000],
        "programmes": programmes or ["JKK", "JKM"],
        "agent": agent,
        "state": state,
        "birth": birth,
        "since": since,
    }
    with Work(scope=Scope.branch(branch.id)) as work:
        return Members(branch, sorted((row[0] for row in work.rows(_MEMBERS, facts)), key=lambda one: one.int))


def bills(members: Members, *columns: str) -> list[tuple[Any, ...]]:
    """All bills of the branch by enrolment and first month."""
    chosen = ", ".join(columns or ("enrolment_id", "first_month", "months", "state", "amount"))
    with members.work() as work:
        return work.rows(
            f"SELECT {chosen} FROM contributions_bill WHERE branch_id = %s ORDER BY enrolment_id, first_month, issued_at, id",  # type: ignore[arg-type]
            [members.branch.id],
        )


def shared_months(members: Members) -> int:
    """How many pairs of bills of an enrolment, open or paid, share a month; nought is what must be."""
    with members.work() as work:
        (row,) = work.rows(
            "SELECT count(*) FROM contributions_bill a JOIN contributions_bill b ON b.branch_id = a.branch_id"
            " AND b.enrolment_id = a.enrolment_id AND b.id > a.id"
            " AND a.first_month < b.first_month + make_interval(months => b.months::int)"
            " AND b.first_month < a.first_month + make_interval(months => a.months::int)"
            " WHERE a.branch_id = %s AND a.state IN ('open', 'paid') AND b.state IN ('open', 'paid')",
            [members.branch.id],
        )
    return int(row[0])


def pay(members: Members, enrolment_id: UUID, at: datetime, bank_id: str) -> None:
    """Pays the oldest open bill as a bank's notification does, without the wire. Raises ``SnapRefused``."""
    with members.work(at) as work:
        found = activation.lock_standing(work, branch_id=members.branch.id, enrolment_id=enrolment_id)
        bill = settlement.lock_payable(work, branch_id=members.branch.id, enrolment_id=enrolment_id)
        due = judgement.check_due(bill, found, at)
        judgement.reprice(work, branch_id=members.branch.id, due=due)
        assert found is not None
        crediting.book(
            work,
            branch_id=members.branch.id,
            standing=found,
            due=due,
            payment_id=uuid7(),
            bank_id=bank_id,
            request_id=str(uuid7()),
            reference_no="",
            paid_at=at,
            confirmed_at=at,
            source="snap",
        )

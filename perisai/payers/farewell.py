"""When a funding ends: who is concerned, what they are told and when, what they answer, and whether they go on by themselves.

One row for each end of a funding; sixty days before it the row is there, and everything else is a column of it.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

from perisai.contributions.tariffs import tariff
from perisai.events.work import Happened, Work
from perisai.messages import outbox
from perisai.payers import page
from perisai.written import month, rupiah

STEPS: Final = (60, 30, 7, -7, -30, -60)
"""Days before (after) the end of the last funded month on which members are told. What was missed is told once, by the latest."""
KEPT: Final = 90
"""Days after the end within which going on counts as an outcome of the campaign."""
MOST_TEXTS: Final = 2_000
PAGE_OPEN: Final = timedelta(days=60)
"""As long the link to the member's page in a letter works."""

# Carried by funding_last_month. Nobody whose funding another one follows, and nobody who is no member any more.
_OPEN: LiteralString = """
INSERT INTO payers_farewell (branch_id, enrolment_id, last_month, sponsor_id, opened_at, told)
SELECT f.branch_id, f.enrolment_id, f.last_month, f.sponsor_id, %(now)s, '{}'
FROM payers_funding f
JOIN members_enrolment e ON e.branch_id = f.branch_id AND e.id = f.enrolment_id AND e.state IN ('active', 'lapsed')
WHERE f.branch_id = %(branch)s AND f.last_month BETWEEN %(from)s AND %(to)s AND f.last_month >= f.first_month
  AND NOT EXISTS (
    SELECT FROM payers_funding n WHERE n.branch_id = f.branch_id AND n.enrolment_id = f.enrolment_id
      AND n.first_month > f.last_month AND (n.last_month IS NULL OR n.last_month >= n.first_month))
ON CONFLICT DO NOTHING
"""

# A row whose end is not the end any more: prolonged, or followed by another funding.
_FOLLOWED: LiteralString = """
UPDATE payers_farewell w SET followed_at = %(now)s
WHERE w.branch_id = %(branch)s AND w.followed_at IS NULL AND w.last_month >= %(from)s AND EXISTS (
  SELECT FROM payers_funding f WHERE f.branch_id = w.branch_id AND f.enrolment_id = w.enrolment_id
    AND f.first_month <= w.last_month + interval '1 month'
    AND (f.last_month IS NULL OR f.last_month > w.last_month AND f.last_month >= f.first_month))
"""

# Carried by farewell_last_month; the months by the primary key of paid months.
_WENT_ON: LiteralString = """
UPDATE payers_farewell w SET went_on_at = p.at
FROM (
  SELECT w.enrolment_id, w.last_month, min(m.paid_at) AS at FROM payers_farewell w
  JOIN contributions_paid_month m ON m.branch_id = w.branch_id AND m.enrolment_id = w.enrolment_id AND m.month > w.last_month
  WHERE w.branch_id = %(branch)s AND w.went_on_at IS NULL AND w.last_month >= %(from)s AND NOT EXISTS (
    SELECT FROM payers_funding f WHERE f.branch_id = w.branch_id AND f.enrolment_id = w.enrolment_id
      AND f.first_month <= m.month AND (f.last_month IS NULL OR f.last_month >= m.month))
  GROUP BY 1, 2) p
WHERE w.branch_id = %(branch)s AND w.enrolment_id = p.enrolment_id AND w.last_month = p.last_month
"""

# Who is to be told something today. An answer that ends it, and going on, end the letters. Nobody is written to who died, moved or
# gave a wrong number, or does not want to be: both rows by their keys.
_DUE: LiteralString = """
SELECT w.enrolment_id, w.last_month, w.told, w.written_at, s.name AS sponsor,
  CASE WHEN coalesce(c.stopped, '') = '' AND NOT EXISTS (SELECT FROM members_consent k WHERE k.branch_id = e.branch_id
    AND k.enrolment_id = e.id AND k.purpose = 'contact' AND NOT k.given) THEN p.phone END AS phone, e.agent_id, a.code AS agent,
  e.income, e.programmes, e.transport
FROM payers_farewell w
JOIN payers_sponsor s ON s.branch_id = w.branch_id AND s.id = w.sponsor_id
JOIN members_enrolment e ON e.branch_id = w.branch_id AND e.id = w.enrolment_id
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
LEFT JOIN agents_agent a ON a.branch_id = e.branch_id AND a.id = e.agent_id
LEFT JOIN reminders_contact c ON c.branch_id = e.branch_id AND c.enrolment_id = e.id
WHERE w.branch_id = %(branch)s AND w.last_month BETWEEN %(from)s AND %(to)s AND w.went_on_at IS NULL AND w.followed_at IS NULL
  AND coalesce(w.outcome, '') NOT IN ('refused', 'moved', 'died')
  AND (SELECT count(*) FROM unnest(%(steps)s::int[]) AS step
       WHERE (w.last_month + interval '1 month')::date - 1 - %(today)s <= step) > cardinality(w.told)
ORDER BY w.last_month, w.enrolment_id LIMIT %(most)s
"""
_TOLD: LiteralString = """
UPDATE payers_farewell w SET told = t.told, written_at = coalesce(w.written_at, t.written_at)
FROM jsonb_to_recordset(%s::jsonb) AS t (enrolment_id uuid, last_month date, told smallint[], written_at timestamptz)
WHERE w.branch_id = %s AND w.enrolment_id = t.enrolment_id AND w.last_month = t.last_month
"""
_ANSWER: LiteralString = """
UPDATE payers_farewell w SET outcome = a.outcome, outcome_at = a.at, outcome_by = %s
FROM jsonb_to_recordset(%s::jsonb) AS a (key uuid, enrolment_id uuid, last_month date, outcome text, at timestamptz)
JOIN members_enrolment e ON e.branch_id = %s AND e.id = a.enrolment_id AND (e.agent_id = %s OR %s::uuid IS NULL)
WHERE w.branch_id = %s AND w.enrolment_id = a.enrolment_id AND w.last_month = a.last_month
  AND (w.outcome_at IS NULL OR w.outcome_at <= a.at)
RETURNING a.key, w.enrolment_id, e.agent_id, w.outcome
"""
_KNOWN: LiteralString = """
SELECT a.key FROM jsonb_to_recordset(%s::jsonb) AS a (key uuid, enrolment_id uuid, last_month date)
JOIN members_enrolment e ON e.branch_id = %s AND e.id = a.enrolment_id AND (e.agent_id = %s OR %s::uuid IS NULL)
JOIN payers_farewell w ON w.branch_id = %s AND w.enrolment_id = a.enrolment_id AND w.last_month = a.last_month
"""


class Answer(NamedTuple):
    """``key`` names it among others; ``at``: when the member said so."""

    key: UUID
    enrolment_id: UUID
    last_month: date
    outcome: str
    at: datetime


def follow(work: Work, *, branch_id: int, today: date) -> int:
    """Once a day: opens rows, closes those that another funding follows, notes who went on, and writes to whom a step is due.
    Answers how many were written to in this Work; at most ``MOST_TEXTS``: then there is more to do."""
    span = {
        "branch": branch_id,
        "now": work.now,
        "today": today,
        "from": (today - timedelta(days=KEPT)).replace(day=1),
        "to": today + timedelta(days=max(STEPS)),
        "steps": list(STEPS),
        "most": MOST_TEXTS,
    }
    opened = work.execute(_OPEN, span)
    work.execute(_FOLLOWED, span)
    went_on = work.execute(_WENT_ON, span)
    due = work.dicts(_DUE, span)
    _write(work, branch_id, due, today)
    for kind, members in (("farewell_opened", opened), ("farewell_went_on", went_on)):
        if members:
            detail = {"members": members}
            work.report(Happened(kind=kind, branch_id=branch_id, quantity=members, detail=detail))
    return len(due)


def answer_many(work: Work, *, branch_id: int, agent_id: UUID | None, answers: list[Answer]) -> set[UUID]:
    """Keeps what members said; a later answer counts. ``agent_id``: only of this agent's members (None: of all). Answers the keys
    of those whose funding ends, whether or not a later answer was there. Two statements."""
    import orjson

    if not answers:
        return set()
    latest = {(one.enrolment_id, one.last_month): one for one in sorted(answers, key=lambda one: one.at)}
    rows = orjson.dumps([one._asdict() for one in latest.values()]).decode()
    all_rows = orjson.dumps([one._asdict() for one in answers]).decode()
    kept = work.rows(_ANSWER, [work.actor.user_id, rows, branch_id, agent_id, agent_id, branch_id])
    for _key, enrolment_id, of_agent, outcome in kept:
        work.report(
            Happened(
                kind="farewell_answered",
                branch_id=branch_id,
                subject_id=enrolment_id,
                agent_id=of_agent,
                detail={"outcome": outcome},
            )
        )
    return {row[0] for row in work.rows(_KNOWN, [all_rows, branch_id, agent_id, agent_id, branch_id])}


def month_of(text: str) -> date:
    """``2026-12`` as its first day."""
    return date.fromisoformat(f"{text}-01")


def end_of(month: date) -> date:
    """The last day of a month."""
    return _after(month) - timedelta(days=1)


def price_after(*, income: int, programmes: Sequence[str], transport: bool, last_month: date) -> int:
    """What the first month costs that the member pays by themselves, with the relief that holds then. Rupiah."""
    asked = tariff.Asked(income, frozenset(programmes), transport, (_after(last_month),))
    return tariff.total(tariff.price_many([asked])[0])


def _write(work: Work, branch_id: int, due: list[dict[str, Any]], today: date) -> None:
    import orjson

    texts: list[outbox.Text] = []
    told: list[dict[str, Any]] = []
    for row in due:
        left = (end_of(row["last_month"]) - today).days
        behind = [step for step in STEPS if left <= step]
        written = None
        if row["phone"]:
            written = work.now
            until = work.now + timedelta(days=5)
            body = f"{_body(row, today)} {page.address_of(branch_id, row['enrolment_id'], work.now + PAGE_OPEN)}"
            texts.append(outbox.Text("funding_ends", row["phone"], body, until, row["agent_id"]))
        key = {"enrolment_id": row["enrolment_id"], "last_month": row["last_month"]}
        told.append(key | {"told": behind, "written_at": written})
    if not due:
        return
    outbox.queue_many(work, branch_id=branch_id, agent_id=None, texts=texts)
    work.execute(_TOLD, [orjson.dumps(told).decode(), branch_id])
    work.report(
        Happened(kind="farewell_written", branch_id=branch_id, quantity=len(texts), detail={"members": len(texts)})
    )


def _body(row: dict[str, Any], today: date) -> str:
    """Neither name nor NIK, and no promise: who paid until when, what it costs then, whom to ask. After the end it says that
    nobody has paid since, and what that means."""
    after = _after(row["last_month"])
    cost = price_after(
        income=row["income"],
        programmes=row["programmes"],
        transport=row["transport"],
        last_month=row["last_month"],
    )
    said = f"PERISAI: iuran BPJS Ketenagakerjaan Anda dibayari {row['sponsor'][:40]} sampai {month(row['last_month'])}."
    price = f"{rupiah(cost)}/bulan"
    if today < after:
        said += f" Mulai {month(after)} lanjutkan sendiri {price} agar tetap terlindungi."
    else:
        said += f" Sejak {month(after)} belum dibayar: Anda tidak dilindungi. Lanjutkan sendiri {price}."
    return said + (f" Hubungi agen {row['agent']}." if row["agent"] else " Hubungi kantor cabang.")


def _after(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)

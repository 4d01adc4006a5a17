"""Reads for the pages of reminders, cases and visits."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.accounts.audience import Viewer
from perisai.agents.queries import narrow
from perisai.errors import Refused
from perisai.events.vault import unseal
from perisai.events.work import Work
from perisai.offices.part import Part

PAGE: Final = 50
SHOWN: Final = timedelta(days=30)

# Carried by reminder_day.
_COUNTS: LiteralString = """
SELECT count(*) FILTER (WHERE r.state = 'planned'), count(*) FILTER (WHERE r.state = 'sent'),
  count(*) FILTER (WHERE r.state = 'failed'), count(*) FILTER (WHERE r.state = 'dropped'), coalesce(sum(m.cost), 0),
  count(*) FILTER (WHERE EXISTS (
    SELECT FROM reminders_answer a WHERE a.branch_id = r.branch_id AND a.reminder_id = r.id))
FROM reminders_reminder r
LEFT JOIN messages_message m ON m.branch_id = r.branch_id AND m.id = r.message_id
WHERE r.planned_on >= %s AND """
_WHY: LiteralString = """
SELECT r.reason, count(*) FROM reminders_reminder r
WHERE r.planned_on >= %s AND r.state IN ('dropped', 'failed') AND """
_LIST: LiteralString = """
SELECT r.branch_id, r.id, r.rule, r.subject, r.subject_id, r.about_on, r.planned_on, r.state, r.reason, r.amount, r.ended_at,
  m.channel, m.cost, m.state AS message_state, m.not_before, coalesce(p.name, f.name) AS name, g.full_name AS agent,
  o.name AS office, o.timezone,
  (SELECT a.said FROM reminders_answer a WHERE a.branch_id = r.branch_id AND a.reminder_id = r.id
   ORDER BY a.said_at DESC LIMIT 1) AS said
FROM reminders_reminder r
JOIN offices_office o ON o.id = r.branch_id
LEFT JOIN messages_message m ON m.branch_id = r.branch_id AND m.id = r.message_id
LEFT JOIN members_enrolment e ON r.subject = 'member' AND e.branch_id = r.branch_id AND e.id = r.subject_id
LEFT JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
LEFT JOIN employers_employer f ON r.subject = 'employer' AND f.branch_id = r.branch_id AND f.id = r.subject_id
LEFT JOIN agents_agent g ON g.branch_id = r.branch_id AND g.id = r.agent_id
WHERE """
# Carried by case_open.
_CASES: LiteralString = """
SELECT c.branch_id, c.id, c.kind, c.enrolment_id, c.has_receipt, c.opened_at, c.due_on, c.closed_at, c.decision, c.answer_id,
  c.visit_id, coalesce(p.name, f.name) AS name, g.full_name AS agent, o.name AS office, o.timezone
FROM reminders_case c
JOIN offices_office o ON o.id = c.branch_id
LEFT JOIN members_enrolment e ON e.branch_id = c.branch_id AND e.id = c.enrolment_id
LEFT JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
LEFT JOIN employers_employer f ON f.branch_id = c.branch_id AND f.id = c.employer_id
LEFT JOIN agents_agent g ON g.branch_id = c.branch_id AND g.id = c.agent_id
WHERE """
_CASE: LiteralString = """
SELECT c.*, coalesce(p.name, f.name) AS name, coalesce(p.phone, f.phone) AS phone, g.full_name AS agent,
  g.code AS agent_code, o.name AS office, o.timezone,
  u.full_name AS closed_by_name,
  a.said_at, a.whom AS answer_whom, a.whom_sealed AS answer_name, a.paid_on AS answer_day, a.amount AS answer_amount,
  v.recorded_at, v.whom AS visit_whom, v.whom_sealed AS visit_name, v.paid_on AS visit_day, v.amount AS visit_amount,
  v.note_sealed, w.full_name AS visit_agent, e.state AS member_state, e.paid_through
FROM reminders_case c
JOIN offices_office o ON o.id = c.branch_id
LEFT JOIN members_enrolment e ON e.branch_id = c.branch_id AND e.id = c.enrolment_id
LEFT JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
LEFT JOIN employers_employer f ON f.branch_id = c.branch_id AND f.id = c.employer_id
LEFT JOIN agents_agent g ON g.branch_id = c.branch_id AND g.id = c.agent_id
LEFT JOIN accounts_user u ON u.id = c.closed_by
LEFT JOIN reminders_answer a ON a.branch_id = c.branch_id AND a.id = c.answer_id
LEFT JOIN reminders_visit v ON v.branch_id = c.branch_id AND v.id = c.visit_id
LEFT JOIN agents_agent w ON w.branch_id = v.branch_id AND w.id = v.agent_id
WHERE c.branch_id = %s AND c.id = %s AND """
# Carried by visit_agent.
_BY_AGENT: LiteralString = """
SELECT a.branch_id, a.id, a.code, a.full_name, count(*) AS visits, count(*) FILTER (WHERE v.outcome = 'promised') AS promised,
  count(*) FILTER (WHERE v.outcome = 'paid_elsewhere') AS paid_elsewhere,
  count(*) FILTER (WHERE v.outcome = 'not_found') AS not_found, count(*) FILTER (WHERE v.outcome = 'refused') AS refused,
  count(*) FILTER (WHERE v.outcome = 'sick') AS sick, count(*) FILTER (WHERE v.outcome = 'moved') AS moved,
  count(*) FILTER (WHERE v.outcome = 'died') AS died, max(v.recorded_at) AS last_at,
  count(*) FILTER (WHERE v.outcome = 'promised' AND e.paid_through >= date_trunc('month', v.promised_on)) AS kept
FROM reminders_visit v
JOIN agents_agent a ON a.branch_id = v.branch_id AND a.id = v.agent_id
JOIN members_enrolment e ON e.branch_id = v.branch_id AND e.id = v.enrolment_id
WHERE v.recorded_at >= %s AND v.undone_by IS NULL AND """
_VISITS: LiteralString = """
SELECT v.branch_id, v.id, v.enrolment_id, v.outcome, v.promised_on, v.visited_on, v.recorded_at, v.received_at, v.undone_by,
  p.name, a.full_name AS agent, o.timezone
FROM reminders_visit v
JOIN agents_agent a ON a.branch_id = v.branch_id AND a.id = v.agent_id
JOIN offices_office o ON o.id = v.branch_id
JOIN members_enrolment e ON e.branch_id = v.branch_id AND e.id = v.enrolment_id
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
WHERE """
_HOW_MANY: LiteralString = """
SELECT count(*) FROM reminders_visit v JOIN agents_agent a ON a.branch_id = v.branch_id AND a.id = v.agent_id WHERE """
# Carried by event_subject: what the counters were told of a visit, less what was taken back.
_COUNTED: LiteralString = """(
  SELECT coalesce(sum(CASE t.kind WHEN 'visit_undone' THEN -t.quantity ELSE t.quantity END), 0) FROM events_event t
  WHERE t.branch_id = v.branch_id AND t.subject_id = v.enrolment_id AND t.kind IN ('visit_recorded', 'visit_undone')
    AND t.detail->>'visit' = v.id::text AND t.day_captured BETWEEN %s AND %s
    AND (%s::date IS NULL OR t.day_received <= %s) AND {part}) > 0"""
# One statement for the member's page: reminders, answers and visits, newest first.
_OF_MEMBER: LiteralString = """
SELECT * FROM (
  SELECT 'reminder' AS what, r.rule AS word, r.state, r.reason, coalesce(r.ended_at, r.planned_at) AS at, NULL::date AS day,
    NULL AS who
  FROM reminders_reminder r WHERE r.branch_id = %(branch)s AND r.subject_id = %(id)s
  UNION ALL
  SELECT 'answer', a.said, '', '', a.said_at, a.paid_on, NULL
  FROM reminders_answer a WHERE a.branch_id = %(branch)s AND a.enrolment_id = %(id)s
  UNION ALL
  SELECT 'visit', v.outcome, CASE WHEN v.undone_by IS NULL THEN '' ELSE 'undone' END, '', v.recorded_at, v.promised_on, g.full_name
  FROM reminders_visit v LEFT JOIN agents_agent g ON g.branch_id = v.branch_id AND g.id = v.agent_id
  WHERE v.branch_id = %(branch)s AND v.enrolment_id = %(id)s
) h ORDER BY at DESC LIMIT 20
"""


def counts(work: Work, *, viewer: Viewer, today: date) -> dict[str, int]:
    """Of the last thirty days. One statement."""
    sql, params = viewer.narrow("r")
    row = work.row(_COUNTS + sql, [today - SHOWN, *params]) or (0,) * 6
    return dict(zip(("planned", "sent", "failed", "dropped", "cost", "answered"), map(int, row), strict=True))


def reasons(work: Work, *, viewer: Viewer, today: date) -> list[tuple[str, int]]:
    """Why reminders of the last thirty days did not go out, most first."""
    sql, params = viewer.narrow("r")
    query = _WHY + sql + " GROUP BY 1 ORDER BY 2 DESC, 1"
    return [(reason, int(n)) for reason, n in work.rows(query, [today - SHOWN, *params])]


def reminders(work: Work, *, viewer: Viewer, state: str, before: UUID | None) -> list[dict[str, Any]]:
    """A page and one more, newest first."""
    sql, params = viewer.narrow("r")
    where: LiteralString = sql
    if state:
        where, params = where + " AND r.state = %s", [*params, state]
    if before:
        where, params = where + " AND r.id < %s", [*params, before]
    return work.dicts(_LIST + where + " ORDER BY r.id DESC LIMIT %s", [*params, PAGE + 1])


def cases(work: Work, *, viewer: Viewer, kind: str, is_open: bool) -> list[dict[str, Any]]:
    """Open ones by the day they are due, closed ones newest first."""
    sql, params = viewer.narrow("c")
    where: LiteralString = sql + (" AND c.closed_at IS NULL" if is_open else " AND c.closed_at IS NOT NULL")
    if kind:
        where, params = where + " AND c.kind = %s", [*params, kind]
    order: LiteralString = " ORDER BY c.due_on, c.id LIMIT 200" if is_open else " ORDER BY c.closed_at DESC LIMIT 200"
    return work.dicts(_CASES + where + order, params)


def count_open(work: Work, *, viewer: Viewer) -> int:
    sql, params = viewer.narrow("c")
    query: LiteralString = "SELECT count(*) FROM reminders_case c WHERE c.closed_at IS NULL AND "
    row = work.row(query + sql, params)
    return int(row[0]) if row else 0


def get_case(work: Work, *, viewer: Viewer, branch_id: int, case_id: UUID) -> dict[str, Any]:
    """With what was said, opened for reading. Raises E1004 outside what the viewer may see."""
    sql, params = viewer.narrow("c")
    found = work.dicts(_CASE + sql, [branch_id, case_id, *params])
    if not found:
        raise Refused("E1004")
    row = found[0]
    sealed = {"answer_name": row["answer_name"], "visit_name": row["visit_name"], "note": row["note_sealed"]}
    return row | {name: unseal(value).decode() if value else "" for name, value in sealed.items()}


def by_agent(work: Work, *, viewer: Viewer, since: Any) -> list[dict[str, Any]]:
    """Outcomes of each agent; ``kept``: promises that were followed by a payment of that month or later."""
    sql, params = narrow(viewer)
    query = _BY_AGENT + sql + " GROUP BY a.branch_id, a.id ORDER BY visits DESC, a.code LIMIT 200"
    return work.dicts(query, [since, *params])


@dataclass(frozen=True)
class VisitsAsked:
    """Visits of an agent, or of a part of the country from a day to another, as they had come in by the end of ``known``."""

    agent_id: UUID | None = None
    part: Part = field(default_factory=Part)
    first: date | None = None
    last: date | None = None
    known: date | None = None

    @property
    def is_behind(self) -> bool:
        return self.part.is_some or self.first is not None or self.last is not None

    def conditions(self, viewer: Viewer) -> tuple[LiteralString, list[Any]]:
        sql, params = narrow(viewer)
        if self.agent_id is not None:
            sql, params = sql + " AND v.agent_id = %s", [*params, self.agent_id]
        if self.is_behind:
            within, more = self.part.narrow("t")
            days = [self.first or date(2000, 1, 1), self.last or date(2999, 12, 31), self.known, self.known]
            sql, params = sql + " AND " + _COUNTED.replace("{part}", within), [*params, *days, *more]
        return sql, params


def visits(work: Work, *, viewer: Viewer, asked: VisitsAsked) -> list[dict[str, Any]]:
    """The 50 newest. One statement."""
    where, params = asked.conditions(viewer)
    return work.dicts(_VISITS + where + " ORDER BY v.recorded_at DESC LIMIT 50", params)


def count_visits(work: Work, *, viewer: Viewer, asked: VisitsAsked) -> int:
    """How many there are, whatever a page shows of them. One statement."""
    where, params = asked.conditions(viewer)
    row = work.row(_HOW_MANY + where, params)
    return int(row[0]) if row else 0


def of_member(work: Work, *, branch_id: int, enrolment_id: UUID) -> list[dict[str, Any]]:
    """What was written to somebody, what they answered and what visits told. One statement."""
    return work.dicts(_OF_MEMBER, {"branch": branch_id, "id": enrolment_id})


def hands(work: Work, *, branch_id: int, employer_id: UUID) -> list[UUID]:
    """Who works or worked for an employer."""
    sql = "SELECT enrolment_id FROM employers_job WHERE branch_id = %s AND employer_id = %s"
    return [row[0] for row in work.rows(sql, [branch_id, employer_id])]


def phone_of_member(work: Work, *, viewer: Viewer, branch_id: int, enrolment_id: UUID) -> str:
    """'' where there is none. Raises E1004 outside what the viewer may see."""
    sql, params = viewer.narrow("e")
    query: LiteralString = (
        "SELECT coalesce(p.phone, '') FROM members_enrolment e"
        " JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id WHERE e.branch_id = %s AND e.id = %s AND "
    )
    row = work.row(query + sql, [branch_id, enrolment_id, *params])
    if row is None:
        raise Refused("E1004")
    return str(row[0])


def heirs(work: Work, *, branch_id: int, enrolment_id: UUID) -> list[tuple[str, str]]:
    """(name, relation) in order."""
    rows = work.rows(
        "SELECT name, relation FROM members_heir WHERE branch_id = %s AND enrolment_id = %s ORDER BY position",
        [branch_id, enrolment_id],
    )
    return [(str(name), str(relation)) for name, relation in rows]


def place_of_agent(work: Work, *, viewer: Viewer, agent_id: UUID) -> tuple[int, str] | None:
    """(branch, time zone) of an agent the viewer may see."""
    sql, params = narrow(viewer)
    query: LiteralString = (
        "SELECT a.branch_id, o.timezone FROM agents_agent a JOIN offices_office o ON o.id = a.branch_id WHERE "
    )
    row = work.row(query + "a.id = %s AND " + sql, [agent_id, *params])
    return (int(row[0]), str(row[1])) if row else None

"""Reads for the pages of sponsors and groups, within what the viewer may see."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any, LiteralString
from uuid import UUID

from perisai.accounts.audience import Viewer
from perisai.contributions.tariffs import tariff
from perisai.errors import Refused
from perisai.events.work import Work

# Used: bills that name the sponsor, paid or open. Carried by funding_sponsor and bill_enrolment.
_SPONSORS: LiteralString = """
SELECT s.*, o.name AS branch, o.timezone,
  (SELECT count(DISTINCT f.enrolment_id) FROM payers_funding f WHERE f.branch_id = s.branch_id AND f.sponsor_id = s.id
    AND (f.last_month IS NULL OR f.last_month >= greatest(f.first_month, least(s.last_month, %(month)s)))) AS members,
  coalesce(u.paid, 0)::bigint AS paid, coalesce(u.open, 0)::bigint AS open
FROM payers_sponsor s JOIN offices_office o ON o.id = s.branch_id
LEFT JOIN LATERAL (
  SELECT sum(b.amount) FILTER (WHERE b.state = 'paid') AS paid, sum(b.amount) FILTER (WHERE b.state = 'open') AS open
  FROM (SELECT DISTINCT enrolment_id FROM payers_funding f WHERE f.branch_id = s.branch_id AND f.sponsor_id = s.id) f
  JOIN contributions_bill b ON b.branch_id = s.branch_id AND b.enrolment_id = f.enrolment_id AND b.sponsor_id = s.id
) u ON true
"""
_MONTHS: LiteralString = """
SELECT b.first_month AS month, count(*) AS bills, sum(b.amount)::bigint AS amount,
  coalesce(sum(b.amount) FILTER (WHERE b.state = 'paid'), 0)::bigint AS paid,
  count(*) FILTER (WHERE b.state = 'open') AS open_bills
FROM (SELECT DISTINCT enrolment_id FROM payers_funding WHERE branch_id = %(branch)s AND sponsor_id = %(sponsor)s) f
JOIN contributions_bill b ON b.branch_id = %(branch)s AND b.enrolment_id = f.enrolment_id AND b.sponsor_id = %(sponsor)s
WHERE b.state IN ('open', 'paid') GROUP BY 1 ORDER BY 1 DESC LIMIT 60
"""
_CODES: LiteralString = """
SELECT c.order_id, c.month, c.bills, c.amount, c.made_at, o.code, o.state, o.pay_by FROM payers_collective c
JOIN payments_order o ON o.branch_id = c.branch_id AND o.id = c.order_id
WHERE c.branch_id = %s AND c.{0} = %s ORDER BY c.made_at DESC LIMIT 24
"""
_FUNDED: LiteralString = """
SELECT f.enrolment_id AS id, f.branch_id, p.name, p.nik_masked, f.first_month, f.last_month, f.ended_at, e.state, e.paid_through,
  e.segment, a.full_name AS agent
FROM payers_funding f
JOIN members_enrolment e ON e.branch_id = f.branch_id AND e.id = f.enrolment_id
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
LEFT JOIN agents_agent a ON a.branch_id = e.branch_id AND a.id = e.agent_id
WHERE f.branch_id = %(branch)s AND f.sponsor_id = %(sponsor)s AND (f.last_month IS NULL OR f.last_month >= f.first_month)
  AND {part} ORDER BY p.name, f.first_month LIMIT %(most)s
"""

# What the rest of the contract costs, by combinations of facts that have one price.
_AHEAD: LiteralString = """
SELECT e.income, coalesce(f.programmes, e.programmes), e.transport, f.is_state, greatest(f.first_month, %(from)s),
  f.last_month, count(*)
FROM payers_funding f JOIN members_enrolment e ON e.branch_id = f.branch_id AND e.id = f.enrolment_id AND e.segment = 'BPU'
WHERE f.branch_id = %(branch)s AND f.sponsor_id = %(sponsor)s AND f.last_month >= %(from)s AND f.last_month >= f.first_month
  AND e.state IN ('accepted', 'active') GROUP BY 1, 2, 3, 4, 5, 6
"""
_GROUPS: LiteralString = """
SELECT g.*, o.name AS branch, o.timezone, c.name AS coordinator, c.phone AS coordinator_phone, a.full_name AS agent,
  r.name AS village, m.members, m.protected, m.unpaid, m.open_bills, coalesce(m.open_amount, 0)::bigint AS open_amount
FROM payers_group g JOIN offices_office o ON o.id = g.branch_id
LEFT JOIN payers_coordinator c ON c.branch_id = g.branch_id AND c.group_id = g.id AND c.until IS NULL
LEFT JOIN agents_agent a ON a.branch_id = g.branch_id AND a.id = g.agent_id
LEFT JOIN offices_region r ON r.code = g.region_code
LEFT JOIN LATERAL (
  SELECT count(*) AS members, count(*) FILTER (WHERE e.state = 'active' AND e.paid_through >= %(month)s) AS protected,
    count(*) FILTER (WHERE e.state IN ('lapsed', 'accepted') OR e.state = 'active' AND e.paid_through < %(month)s) AS unpaid,
    sum(b.bills) AS open_bills, sum(b.amount) AS open_amount
  FROM members_enrolment e
  LEFT JOIN LATERAL (SELECT count(*) AS bills, sum(amount) AS amount FROM contributions_bill b
    WHERE b.branch_id = e.branch_id AND b.enrolment_id = e.id AND b.state = 'open' AND b.sponsor_id IS NULL) b ON true
  WHERE e.branch_id = g.branch_id AND e.group_id = g.id AND e.state NOT IN ('rejected', 'cancelled', 'ended')
) m ON true
"""

# Carried by enrolment_group; what is owed by bill_enrolment, the months by the primary key of paid months.
_MEMBERS: LiteralString = """
SELECT e.branch_id, e.id, p.name, p.nik_masked, p.phone, e.segment, e.state, e.first_month, e.paid_through, e.programmes,
  (SELECT array_agg(m.month) FROM contributions_paid_month m WHERE m.branch_id = e.branch_id AND m.enrolment_id = e.id
    AND m.month >= %(since)s) AS paid,
  b.id AS bill_id, b.amount, b.first_month AS bill_month, b.months AS bill_months, b.pay_by, b.sponsor_id
FROM members_enrolment e
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
LEFT JOIN LATERAL (SELECT * FROM contributions_bill b WHERE b.branch_id = e.branch_id AND b.enrolment_id = e.id
  AND b.state = 'open' ORDER BY b.first_month LIMIT 1) b ON true
WHERE e.branch_id = %(branch)s AND e.group_id = %(group)s AND e.state NOT IN ('rejected', 'cancelled') AND {part}
ORDER BY p.name, e.id LIMIT %(most)s
"""
_AMONG: LiteralString = """
SELECT e.id FROM members_enrolment e
WHERE e.branch_id = %(branch)s AND e.group_id = %(group)s AND e.id = ANY (%(ids)s) AND {part}
"""
_BILLS_AMONG: LiteralString = """
SELECT b.id FROM contributions_bill b JOIN members_enrolment e ON e.branch_id = b.branch_id AND e.id = b.enrolment_id
WHERE b.branch_id = %(branch)s AND b.id = ANY (%(ids)s) AND e.group_id = %(group)s AND {part}
"""
_SPEAKERS: LiteralString = """
SELECT c.*, u.full_name AS who FROM payers_coordinator c LEFT JOIN accounts_user u ON u.id = c.changed_by
WHERE c.branch_id = %s AND c.group_id = %s ORDER BY c.since DESC, c.id DESC
"""
_FUNNEL: LiteralString = """
SELECT w.last_month, count(*) AS ends, count(w.written_at) AS written,
  count(*) FILTER (WHERE w.outcome IS NOT NULL AND w.outcome <> 'not_found') AS asked,
  count(*) FILTER (WHERE w.outcome = 'takes_over') AS willing, count(w.went_on_at) AS went_on
FROM payers_farewell w WHERE w.branch_id = %s AND w.sponsor_id = %s AND w.followed_at IS NULL GROUP BY 1 ORDER BY 1 DESC LIMIT 6
"""

# What is to do: nobody who went on by themselves, whom another sponsor takes, or who has given a last answer.
_TASKS: LiteralString = """
SELECT w.branch_id, w.enrolment_id AS id, w.last_month, w.outcome, w.outcome_at, w.written_at, w.went_on_at, p.name, p.phone,
  s.name AS sponsor, a.full_name AS agent, e.income, e.programmes, e.transport, e.state
FROM payers_farewell w
JOIN payers_sponsor s ON s.branch_id = w.branch_id AND s.id = w.sponsor_id
JOIN members_enrolment e ON e.branch_id = w.branch_id AND e.id = w.enrolment_id
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
LEFT JOIN agents_agent a ON a.branch_id = e.branch_id AND a.id = e.agent_id
WHERE w.followed_at IS NULL AND
"""


def sponsors(work: Work, *, viewer: Viewer, today: date) -> list[dict[str, Any]]:
    """Those whose contract runs or has ended within a year, the nearest end first."""
    where, params = viewer_branches(viewer, "s")
    span = {"month": today.replace(day=1), "since": today - timedelta(days=400), **params}
    return work.dicts(_SPONSORS + f" WHERE {where} AND s.last_month > %(since)s ORDER BY s.last_month, s.name", span)


def sponsor(work: Work, *, viewer: Viewer, branch_id: int, sponsor_id: UUID, today: date) -> dict[str, Any]:
    """Raises E1004."""
    where, params = viewer_branches(viewer, "s")
    asked = {"month": today.replace(day=1), "branch": branch_id, "sponsor": sponsor_id, **params}
    rows = work.dicts(_SPONSORS + f" WHERE {where} AND s.branch_id = %(branch)s AND s.id = %(sponsor)s", asked)
    if not rows:
        raise Refused("E1004")
    return rows[0]


def months(work: Work, branch_id: int, sponsor_id: UUID) -> list[dict[str, Any]]:
    return work.dicts(_MONTHS, {"branch": branch_id, "sponsor": sponsor_id})


def codes(
    work: Work, branch_id: int, *, sponsor_id: UUID | None = None, group_id: UUID | None = None
) -> list[dict[str, Any]]:
    """Payment codes that were made for them, newest first."""
    column = "sponsor_id" if sponsor_id else "group_id"
    return work.dicts(_CODES.format(column), [branch_id, sponsor_id or group_id])


def funded(work: Work, *, viewer: Viewer, branch_id: int, sponsor_id: UUID, most: int) -> list[dict[str, Any]]:
    """Whom it funds, of the viewer's part, with their months."""
    part, named = viewer.narrow_named("e")
    return work.dicts(
        _FUNDED.replace("{part}", part), named | {"branch": branch_id, "sponsor": sponsor_id, "most": most}
    )


def ahead(work: Work, *, branch_id: int, sponsor_id: UUID, from_month: date) -> int:
    """What the months from one on will cost that are funded and not billed yet, by the rules known today. Rupiah."""
    rows = work.rows(_AHEAD, {"branch": branch_id, "sponsor": sponsor_id, "from": from_month})
    asked, counts = [], []
    for income, programmes, transport, is_state, first, last, count in rows:
        span = (last.year - first.year) * 12 + last.month - first.month + 1
        whole = tuple(tariff.months_from(first, span))
        asked.append(tariff.Asked(income, frozenset(programmes), transport, whole, is_state))
        counts.append(count)
    return sum(count * tariff.total(prices) for count, prices in zip(counts, tariff.price_many(asked), strict=True))


def groups(work: Work, *, viewer: Viewer, today: date) -> list[dict[str, Any]]:
    """By name; a part of a branch sees those that its own agents look after."""
    where, params = _of_viewer(viewer)
    asked = {"month": today.replace(day=1), **params}
    return work.dicts(_GROUPS + f" WHERE {where} AND g.closed_at IS NULL ORDER BY g.name, g.id LIMIT 500", asked)


def group(work: Work, *, viewer: Viewer, branch_id: int, group_id: UUID, today: date) -> dict[str, Any]:
    """Raises E1004 for one that is not the viewer's to see."""
    where, params = _of_viewer(viewer)
    asked = {"month": today.replace(day=1), "branch": branch_id, "group": group_id, **params}
    rows = work.dicts(_GROUPS + f" WHERE {where} AND g.branch_id = %(branch)s AND g.id = %(group)s", asked)
    if not rows:
        raise Refused("E1004")
    return rows[0]


def members(
    work: Work, *, viewer: Viewer | None, branch_id: int, group_id: UUID, since: date, most: int = 1_000
) -> list[dict[str, Any]]:
    """With the months from ``since`` on that are paid, and the oldest open bill. A part of a branch sees its own people of the
    group; ``viewer`` None is the group's coordinator, who sees them all."""
    part, named = ("TRUE", {}) if viewer is None else viewer.narrow_named("e")
    asked = named | {"branch": branch_id, "group": group_id, "since": since, "most": most}
    return work.dicts(_MEMBERS.replace("{part}", part), asked)


def members_among(work: Work, *, viewer: Viewer, branch_id: int, group_id: UUID, ids: list[UUID]) -> list[UUID]:
    """Those of these enrolments that are in the group and in the viewer's part."""
    return _among(work, _AMONG, viewer, branch_id, group_id, ids)


def bills_among(work: Work, *, viewer: Viewer, branch_id: int, group_id: UUID, ids: list[UUID]) -> list[UUID]:
    """Those of these bills that are of members of the group in the viewer's part."""
    return _among(work, _BILLS_AMONG, viewer, branch_id, group_id, ids)


def _among(
    work: Work, sql: LiteralString, viewer: Viewer, branch_id: int, group_id: UUID, ids: list[UUID]
) -> list[UUID]:
    part, named = viewer.narrow_named("e")
    asked = named | {"branch": branch_id, "group": group_id, "ids": ids}
    return [row[0] for row in work.rows(sql.replace("{part}", part), asked)]


def speakers(work: Work, branch_id: int, group_id: UUID) -> list[dict[str, Any]]:
    """Coordinators, the present one first."""
    return work.dicts(_SPEAKERS, [branch_id, group_id])


def funnel(work: Work, branch_id: int, sponsor_id: UUID) -> list[dict[str, Any]]:
    return work.dicts(_FUNNEL, [branch_id, sponsor_id])


def tasks(work: Work, *, viewer: Viewer, sponsor_id: UUID | None = None, most: int = 500) -> list[dict[str, Any]]:
    """Members whose funding ends, with whom somebody should speak; who answered last, last."""
    sql, params = viewer.narrow("e")
    if sponsor_id is not None:
        sql, params = sql + " AND w.sponsor_id = %s", [*params, sponsor_id]
    else:
        sql += " AND w.went_on_at IS NULL AND coalesce(w.outcome, '') NOT IN ('refused', 'moved', 'died')"
    return work.dicts(_TASKS + sql + " ORDER BY w.outcome IS NOT NULL, w.last_month, p.name LIMIT %s", [*params, most])


def by_month(rows: list[dict[str, Any]]) -> dict[date, int]:
    """How many of these members have paid each month."""
    found: dict[date, int] = defaultdict(int)
    for row in rows:
        for month in row["paid"] or []:
            found[month] += 1
    return found


def _of_viewer(viewer: Viewer) -> tuple[Any, dict[str, Any]]:
    """A condition on a group: of its branch, and where the viewer sees a part of it, on its agent."""
    if viewer.sub_branch_id is None and viewer.agency_office_id is None:
        return viewer_branches(viewer, "g")
    part, named = viewer.narrow_named("a")
    return f"g.branch_id = ANY (%(viewer_branches)s) AND {part}", named


def viewer_branches(viewer: Viewer, alias: str) -> tuple[Any, dict[str, Any]]:
    """A condition on the branch alone: sponsors have contracts with branches."""
    if viewer.branches is None:
        return "TRUE", {}
    return f"{alias}.branch_id = ANY (%(branches)s)", {"branches": list(viewer.branches)}

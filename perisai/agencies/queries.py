"""Reads for the pages about agency offices, within what the viewer may see."""

from datetime import date, timedelta
from typing import Any, LiteralString
from uuid import UUID

from django.urls import reverse

from perisai.accounts.audience import ABOVE, STAFF, Role, Viewer
from perisai.agencies.labels import WAITING
from perisai.errors import Refused
from perisai.events.work import Work, branch_day

EXPIRING_DAYS = 60
MONTHS = 12

# Offices by offices_office.branch_id; agreements by agreement_office; counters of level 'o' by their primary key.
_OFFICES: LiteralString = """
SELECT o.id, o.branch_id, o.name, o.code, o.address, o.is_open, o.is_demo, o.parent_id, b.name AS branch, p.name AS parent,
  o.timezone, f.form, f.leader_name, f.leader_title, f.leader_phone, f.since, f.ended_on, f.end_reason, f.end_note,
  g.current_until, g.first_day, g.signed_until, g.begins, g.is_draft,
  coalesce(n.agents, 0) AS agents, coalesce(n.trainees, 0) AS trainees, coalesce(n.licensed, 0) AS licensed,
  coalesce(c.captured, 0) AS captured, coalesce(c.contributions, 0) AS contributions
FROM offices_office o
JOIN offices_office b ON b.id = o.branch_id
JOIN offices_office p ON p.id = o.parent_id
LEFT JOIN agencies_office f ON f.branch_id = o.branch_id AND f.office_id = o.id
LEFT JOIN LATERAL (
  SELECT max(last_day) FILTER (WHERE state = 'signed' AND %(today)s BETWEEN first_day AND last_day) AS current_until,
    max(first_day) FILTER (WHERE state = 'signed' AND %(today)s BETWEEN first_day AND last_day) AS first_day,
    max(last_day) FILTER (WHERE state = 'signed' AND last_day >= first_day) AS signed_until,
    min(first_day) FILTER (WHERE state = 'signed' AND first_day > %(today)s AND last_day >= first_day) AS begins,
    bool_or(state = 'draft') AS is_draft
  FROM agencies_agreement a WHERE a.branch_id = o.branch_id AND a.office_id = o.id
) g ON true
LEFT JOIN LATERAL (
  SELECT count(*) FILTER (WHERE a.state IN ('active', 'suspended')) AS agents,
    count(*) FILTER (WHERE a.state = 'trainee') AS trainees,
    count(*) FILTER (WHERE a.state = 'active' AND EXISTS (
      SELECT FROM agents_licence l WHERE l.branch_id = a.branch_id AND l.agent_id = a.id AND l.state = 'valid'
        AND %(today)s BETWEEN l.valid_from AND l.valid_to)) AS licensed
  FROM agents_agent a WHERE a.branch_id = o.branch_id AND a.agency_office_id = o.id
) n ON true
LEFT JOIN LATERAL (
  SELECT sum(value) FILTER (WHERE metric = 'captured') AS captured,
    sum(value) FILTER (WHERE metric = 'contributions') AS contributions
  FROM events_counter c WHERE c.branch_id = o.branch_id AND c.level = 'o' AND c.key = o.id::text
    AND c.day_captured BETWEEN %(first)s AND %(today)s AND c.metric IN ('captured', 'contributions')
) c ON true
WHERE o.kind = 'agency' AND """

_APPLICATIONS: LiteralString = """
SELECT a.*, b.name AS branch, p.name AS parent, b.timezone, u.full_name AS decider, w.full_name AS taker
FROM agencies_application a
JOIN offices_office b ON b.id = a.branch_id
JOIN offices_office p ON p.id = a.parent_id
LEFT JOIN accounts_user u ON u.id = a.decided_by
LEFT JOIN accounts_user w ON w.id = a.applied_by
WHERE """

# Carried by agency_check_application, newest first.
_CHECKS = """
SELECT c.item, c.is_met, c.note, c.checked_at, u.full_name AS checker
FROM agencies_check c LEFT JOIN accounts_user u ON u.id = c.checked_by
WHERE c.branch_id = %s AND c.application_id = %s ORDER BY c.id DESC
"""
_AGREEMENTS = """
SELECT a.*, m.full_name AS maker
FROM agencies_agreement a
LEFT JOIN accounts_user m ON m.id = a.made_by
WHERE a.branch_id = %s AND a.office_id = %s ORDER BY a.valid_from DESC, a.version DESC, a.id DESC
"""
_SIGNATURES = """
SELECT s.agreement_id, s.party, s.name, s.title, s.signed_on, s.recorded_at, u.full_name AS recorder
FROM agencies_signature s
JOIN agencies_agreement a ON a.branch_id = s.branch_id AND a.id = s.agreement_id
LEFT JOIN accounts_user u ON u.id = s.recorded_by
WHERE a.branch_id = %s AND a.office_id = %s ORDER BY s.recorded_at
"""
# By agency_scan_agreement; the newest first, the first version is number 1.
_SCANS = """
SELECT s.agreement_id, s.id, s.size, s.brought_at, u.full_name AS bringer,
  row_number() OVER (PARTITION BY s.agreement_id ORDER BY s.id) AS version
FROM agencies_scan s
JOIN agencies_agreement a ON a.branch_id = s.branch_id AND a.id = s.agreement_id
LEFT JOIN accounts_user u ON u.id = s.brought_by
WHERE a.branch_id = %s AND a.office_id = %s ORDER BY s.id DESC
"""
_WARNINGS = """
SELECT w.agreement_id, w.days, w.warned_on FROM agencies_warning w
JOIN agencies_agreement a ON a.branch_id = w.branch_id AND a.id = w.agreement_id
WHERE a.branch_id = %s AND a.office_id = %s ORDER BY w.days DESC
"""
_PROPOSALS: LiteralString = """
SELECT p.*, o.name AS office, b.timezone, u.full_name AS decider
FROM agencies_proposal p JOIN offices_office o ON o.id = p.office_id JOIN offices_office b ON b.id = p.branch_id
LEFT JOIN accounts_user u ON u.id = p.decided_by
WHERE """
_COUNTS = """
SELECT month, agents, least FROM agencies_agent_count
WHERE branch_id = %s AND office_id = %s ORDER BY month DESC LIMIT 12
"""
# Counters of level 'o' by their primary key: one office, twelve months.
_COLLECTED = """
SELECT date_trunc('month', day_captured)::date AS month,
  coalesce(sum(value) FILTER (WHERE metric = 'contributions'), 0)::bigint AS contributions,
  coalesce(sum(value) FILTER (WHERE metric = 'payments'), 0)::bigint AS payments,
  coalesce(sum(value) FILTER (WHERE metric = 'active'), 0)::bigint AS active,
  coalesce(sum(value) FILTER (WHERE metric = 'captured'), 0)::bigint AS captured
FROM events_counter
WHERE branch_id = %s AND level = 'o' AND key = %s AND day_captured BETWEEN %s AND %s
GROUP BY 1 ORDER BY 1 DESC
"""
_AGENTS = """
SELECT a.id, a.code, a.full_name, a.state, a.sub_branch_id, s.name AS sub_branch, l.number, l.valid_from, l.valid_to,
  l.state AS licence_state, coalesce(c.captured, 0) AS captured, coalesce(c.contributions, 0) AS contributions
FROM agents_agent a
LEFT JOIN offices_office s ON s.id = a.sub_branch_id
LEFT JOIN LATERAL (
  SELECT number, valid_from, valid_to, state FROM agents_licence l
  WHERE l.branch_id = a.branch_id AND l.agent_id = a.id ORDER BY (l.state = 'valid') DESC, l.valid_to DESC LIMIT 1
) l ON true
LEFT JOIN LATERAL (
  SELECT sum(value) FILTER (WHERE metric = 'captured') AS captured,
    sum(value) FILTER (WHERE metric = 'contributions') AS contributions
  FROM events_counter c WHERE c.branch_id = a.branch_id AND c.level = 'a' AND c.key = a.id::text
    AND c.day_captured BETWEEN %s AND %s AND c.metric IN ('captured', 'contributions')
) c ON true
WHERE a.branch_id = %s AND a.agency_office_id = %s AND a.state <> 'ended' ORDER BY a.code
"""
# Applications by agency_application_state; agreements by agreement_one_draft, agreement_expiry and agreement_office.
_TO_DECIDE: LiteralString = "SELECT count(*) FROM agencies_application a WHERE a.state = 'applied' AND "
_UNSIGNED: LiteralString = """
SELECT count(*) FROM agencies_agreement a JOIN offices_office o ON o.id = a.office_id AND o.is_open
WHERE a.state = 'draft' AND """
_EXPIRING: LiteralString = """
SELECT count(*) FROM agencies_agreement a JOIN offices_office o ON o.id = a.office_id AND o.is_open
LEFT JOIN agencies_office f ON f.branch_id = a.branch_id AND f.office_id = a.office_id
WHERE a.state = 'signed' AND a.first_day <= %(today)s AND a.last_day BETWEEN %(today)s AND %(latest)s AND f.ended_on IS NULL
  AND NOT EXISTS (
    SELECT FROM agencies_agreement n
    WHERE n.branch_id = a.branch_id AND n.office_id = a.office_id AND n.state = 'signed' AND n.last_day > a.last_day)
  AND """
_PROPOSED: LiteralString = """
SELECT count(*) FROM agencies_proposal p JOIN offices_office o ON o.id = p.office_id WHERE p.state = 'open' AND """
_USERS = """
SELECT id, full_name, username, is_active, last_login FROM accounts_user
WHERE office_id = %s AND role = 'agency' ORDER BY is_active DESC, full_name
"""


def offices(work: Work, *, viewer: Viewer, today: date, q: str = "") -> list[dict[str, Any]]:
    """Every agency office in sight with its agreement, agents and this month's figures; the one that needs somebody first.
    One statement."""
    sql, params = narrow(viewer)
    if q:
        sql += " AND (o.name ILIKE %(like)s OR o.code ILIKE %(like)s)"
        params["like"] = "%" + q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = work.dicts(_OFFICES + sql + " ORDER BY o.name", params | _days(today))
    return [row | {"standing": standing(row, today)} for row in rows]


def get_office(work: Work, *, viewer: Viewer, branch_id: int, office_id: int, today: date) -> dict[str, Any]:
    """Raises E1004 outside what the viewer may see."""
    sql, params = narrow(viewer)
    sql += " AND o.branch_id = %(branch)s AND o.id = %(office)s"
    rows = work.dicts(_OFFICES + sql, params | _days(today) | {"branch": branch_id, "office": office_id})
    if not rows:
        raise Refused("E1004")
    return rows[0] | {"standing": standing(rows[0], today)}


def standing(row: dict[str, Any], today: date) -> str:
    """A key of ``labels.STANDINGS``."""
    if row["ended_on"] is not None:
        return "ended" if row["ended_on"] < today else "ending"
    if not row["is_open"]:
        return "closed"
    if row["current_until"] is not None:
        if row["signed_until"] > row["current_until"]:
            return "renewed"
        return "expiring" if row["current_until"] <= today + timedelta(days=EXPIRING_DAYS) else "valid"
    if row["is_draft"]:
        return "unsigned"
    if row["begins"] is not None:
        return "later"
    return "expired" if row["signed_until"] is not None else "none"


def applications(work: Work, *, viewer: Viewer, state: str) -> list[dict[str, Any]]:
    """Newest last for those to be decided, newest first for the others. Carried by agency_application_state."""
    sql, params = _narrow_applications(viewer)
    order: LiteralString = (
        " ORDER BY a.applied_at LIMIT 200" if state == "applied" else " ORDER BY a.applied_at DESC LIMIT 50"
    )
    return work.dicts(_APPLICATIONS + sql + " AND a.state = %(state)s" + order, params | {"state": state})


def get_application(work: Work, *, viewer: Viewer, branch_id: int, application_id: UUID) -> dict[str, Any]:
    """Raises E1004 outside what the viewer may see."""
    sql, params = _narrow_applications(viewer)
    sql += " AND a.branch_id = %(branch)s AND a.id = %(id)s"
    rows = work.dicts(_APPLICATIONS + sql, params | {"branch": branch_id, "id": application_id})
    if not rows:
        raise Refused("E1004")
    return rows[0]


def checks(work: Work, *, branch_id: int, application_id: UUID) -> list[dict[str, Any]]:
    return work.dicts(_CHECKS, [branch_id, application_id])


def proposals(work: Work, *, viewer: Viewer) -> list[dict[str, Any]]:
    """Open ones in sight."""
    sql, params = narrow(viewer)
    return work.dicts(_PROPOSALS + sql + " AND p.state = 'open' ORDER BY p.proposed_at", params)


def waiting(work: Work, *, viewer: Viewer) -> list[tuple[str, int, str]]:
    """What waits in the viewer's part: (key of ``labels.WAITING``, how many, where they are listed); what is nothing is left out.
    For staff and those above; an agency office reads its own on its page. One statement."""
    if viewer.role not in (*STAFF, *ABOVE):
        return []
    applicants, of_branches = _narrow_applications(viewer)
    seen, of_offices = narrow(viewer)
    today = branch_day(work.now, viewer.office.timezone)
    asked = ", ".join(
        f"({sql})" for sql in (_TO_DECIDE + applicants, _UNSIGNED + seen, _EXPIRING + seen, _PROPOSED + seen)
    )
    facts = {"today": today, "latest": today + timedelta(days=EXPIRING_DAYS)}
    row = work.row("SELECT " + asked, of_branches | of_offices | facts)
    assert row is not None
    places = ("#applications", "?standing=unsigned", "?standing=expiring", "")
    found = zip(WAITING, row, places, strict=True)
    return [(key, int(count), reverse("agencies:list") + place) for key, count, place in found if count]


def parts(work: Work, *, branch_id: int, office_id: int, today: date) -> dict[str, list[dict[str, Any]]]:
    """What the office's own page shows; eight statements."""
    since = (today.replace(day=1) - timedelta(days=31 * (MONTHS - 1))).replace(day=1)
    return {
        "agreements": work.dicts(_AGREEMENTS, [branch_id, office_id]),
        "signatures": work.dicts(_SIGNATURES, [branch_id, office_id]),
        "scans": work.dicts(_SCANS, [branch_id, office_id]),
        "warnings": work.dicts(_WARNINGS, [branch_id, office_id]),
        "proposals": work.dicts(
            _PROPOSALS + "p.branch_id = %s AND p.office_id = %s ORDER BY p.proposed_at DESC LIMIT 12",
            [branch_id, office_id],
        ),
        "counts": work.dicts(_COUNTS, [branch_id, office_id]),
        "months": work.dicts(_COLLECTED, [branch_id, str(office_id), since, today]),
        "users": work.dicts(_USERS, [office_id]),
    }


def agents(work: Work, *, branch_id: int, office_id: int, today: date) -> list[dict[str, Any]]:
    """Who belongs to the office, with the licence that counts and this month's figures. One statement."""
    return work.dicts(_AGENTS, [today.replace(day=1), today, branch_id, office_id])


def narrow(viewer: Viewer) -> tuple[LiteralString, dict[str, Any]]:
    """On offices as ``o``: those of the viewer's branches; for a sub-branch those under it or with agents at it; for an agency
    office itself."""
    params: dict[str, Any] = {}
    sql: LiteralString = "TRUE"
    if viewer.branches is not None:
        sql, params = "o.branch_id = ANY(%(branches)s)", {"branches": list(viewer.branches)}
    if viewer.role is Role.AGENCY:
        return sql + " AND o.id = %(own)s", params | {"own": viewer.agency_office_id}
    if viewer.sub_branch_id is not None:
        return (
            sql + " AND (o.parent_id = %(own)s OR EXISTS (SELECT FROM agents_agent s WHERE s.branch_id = o.branch_id"
            " AND s.agency_office_id = o.id AND s.sub_branch_id = %(own)s AND s.state <> 'ended'))",
            params | {"own": viewer.sub_branch_id},
        )
    return sql, params


def _narrow_applications(viewer: Viewer) -> tuple[LiteralString, dict[str, Any]]:
    if viewer.branches is None:
        return "TRUE", {}
    if viewer.sub_branch_id is not None:
        return "a.branch_id = ANY(%(branches)s) AND a.parent_id = %(own)s", {
            "branches": list(viewer.branches),
            "own": viewer.sub_branch_id,
        }
    return "a.branch_id = ANY(%(branches)s)", {"branches": list(viewer.branches)}


def _days(today: date) -> dict[str, date]:
    return {"today": today, "first": today.replace(day=1)}

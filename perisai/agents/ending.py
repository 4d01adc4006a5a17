"""Licences that need somebody: about to end, asked to be renewed, or resting on an annulled exam. Within what the viewer sees."""

from datetime import date, timedelta
from typing import Any, Final, LiteralString

from perisai.accounts.audience import Viewer
from perisai.agents.queries import narrow
from perisai.agents.rules import figure
from perisai.events.work import Work

MOST: Final = 500

# An agent's last valid licence. Carried by licence_agent.
_LAST: LiteralString = """
JOIN LATERAL (
  SELECT id, number, valid_from, valid_to FROM agents_licence l
  WHERE l.branch_id = a.branch_id AND l.agent_id = a.id AND l.state = 'valid' ORDER BY l.valid_to DESC LIMIT 1
) l ON true
"""
_SOON: LiteralString = (
    """
SELECT a.branch_id, a.id AS agent_id, a.code, a.full_name, l.number, l.valid_from, l.valid_to, l.valid_to - %s::date AS days,
  coalesce(s.name, b.name) AS office,
  (SELECT min(w.days) FROM agents_licence_warning w WHERE w.branch_id = a.branch_id AND w.licence_id = l.id) AS warned
FROM agents_agent a
"""
    + _LAST
    + """
JOIN offices_office b ON b.id = a.branch_id LEFT JOIN offices_office s ON s.id = a.sub_branch_id
WHERE l.valid_to <= %s AND a.state IN ('active', 'suspended') AND """
)
# Carried by renewal_open: there are few. One about a licence that was revoked or followed meanwhile waits for nobody.
_ASKED: LiteralString = (
    """
SELECT a.branch_id, a.id AS agent_id, a.code, a.full_name, l.number, l.valid_from, l.valid_to, l.valid_to - %s::date AS days,
  r.asked_at, coalesce(s.name, b.name) AS office
FROM agents_renewal r
JOIN agents_agent a ON a.branch_id = r.branch_id AND a.id = r.agent_id AND a.state <> 'ended'
"""
    + _LAST
    + """
JOIN offices_office b ON b.id = a.branch_id LEFT JOIN offices_office s ON s.id = a.sub_branch_id
WHERE r.state = 'asked' AND r.licence_id = l.id AND """
)
_DOUBTFUL: LiteralString = """
SELECT a.branch_id, a.id AS agent_id, a.code, a.full_name, l.number, n.annulled_at
FROM unnest(%s::int[], %s::uuid[], %s::timestamptz[]) AS n (branch_id, attempt_id, annulled_at)
JOIN agents_licence l ON l.branch_id = n.branch_id AND l.attempt_id = n.attempt_id AND l.state = 'valid' AND l.valid_to >= %s
JOIN agents_agent a ON a.branch_id = l.branch_id AND a.id = l.agent_id
WHERE """


def soon(work: Work, *, viewer: Viewer, today: date) -> list[dict[str, Any]]:
    """Agents whose last licence can be renewed by now or has ended, with the ``credit`` of its term in minutes. At most 500."""
    sql, values = narrow(viewer)
    until = today + timedelta(days=figure("renewal_days", today))
    return _with_credit(
        work, work.dicts(_SOON + sql + " ORDER BY l.valid_to, a.code LIMIT 500", [today, until, *values]), today
    )


def asked(work: Work, *, viewer: Viewer, today: date) -> list[dict[str, Any]]:
    """Renewals that agents asked for and nobody has decided, oldest first. At most 500."""
    sql, values = narrow(viewer)
    rows = work.dicts(_ASKED + sql + " ORDER BY r.asked_at, r.id LIMIT 500", [today, *values])
    return _with_credit(work, rows, today)


def doubtful(work: Work, *, viewer: Viewer, today: date) -> list[dict[str, Any]]:
    """Licences in force whose exam was annulled."""
    from perisai.exams import result

    found = result.annulments(work)
    if not found:
        return []
    sql, values = narrow(viewer)
    columns = [list(column) for column in zip(*found, strict=True)]
    return work.dicts(_DOUBTFUL + sql + " ORDER BY n.annulled_at, l.id LIMIT 500", [*columns, today, *values])


def _with_credit(work: Work, rows: list[dict[str, Any]], today: date) -> list[dict[str, Any]]:
    from perisai.training.credit import credit_of_many

    credit = credit_of_many(work, [(row["branch_id"], row["agent_id"], row["valid_from"]) for row in rows], today)
    return [row | {"credit": credit[row["agent_id"]]} for row in rows]

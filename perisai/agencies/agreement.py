"""Agreements (PKS) between branch and agency office: in force only when both sides have signed."""

from datetime import date

from perisai.events.work import Work

# Carried by agreement_office; offices and agencies_office by their primary keys.
_IN_ORDER = """
SELECT o.kind = 'agency' AND o.branch_id = %(branch)s, o.is_open, f.ended_on,
  coalesce(bool_or(a.state = 'signed' AND %(on)s BETWEEN a.first_day AND a.last_day), false),
  coalesce(bool_or(a.state = 'signed' AND a.first_day > %(on)s), false),
  coalesce(bool_or(a.state = 'signed' AND a.last_day < %(on)s), false),
  coalesce(bool_or(a.state = 'draft'), false)
FROM offices_office o
LEFT JOIN agencies_office f ON f.branch_id = %(branch)s AND f.office_id = o.id
LEFT JOIN agencies_agreement a ON a.branch_id = %(branch)s AND a.office_id = o.id
WHERE o.id = %(office)s
GROUP BY o.id, f.ended_on
"""


def in_order(work: Work, branch_id: int, office_id: int, on: date) -> str | None:
    """Whether an agency office may answer for agents on a day: None, or why not, a key of ``labels.OUT_OF_ORDER``:
    ``unknown`` (no agency office of the branch), ``ended``, ``closed``, ``none`` (no agreement), ``unsigned``, ``later``,
    ``expired``. One statement."""
    row = work.row(_IN_ORDER, {"branch": branch_id, "office": office_id, "on": on})
    if row is None or not row[0]:
        return "unknown"
    _, is_open, ended_on, valid, later, expired, draft = row
    if ended_on is not None and ended_on < on:
        return "ended"
    if not is_open and ended_on is None:
        return "closed"
    if valid:
        return None
    if draft:
        return "unsigned"
    if later:
        return "later"
    return "expired" if expired else "none"

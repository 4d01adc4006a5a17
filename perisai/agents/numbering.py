"""The branch's next numbers for agents and licences: never one twice."""

from perisai.events.work import Work

# Carried by the primary key of agents_numbering and by agent_code. Agents that were there before any number was given count.
_TAKE_AGENT = """
INSERT INTO agents_numbering AS n (branch_id, what, last)
SELECT %(branch)s, 'agent', %(count)s + coalesce(max(substring(code FROM '-(\\d{1,8})$')::int), 0)
FROM agents_agent WHERE branch_id = %(branch)s AND code ~ ('^P-' || %(branch)s || '-\\d{1,8}$')
ON CONFLICT (branch_id, what) DO UPDATE SET last = n.last + %(count)s
RETURNING last
"""
_TAKE = """
INSERT INTO agents_numbering AS n (branch_id, what, last) VALUES (%(branch)s, %(what)s, %(count)s)
ON CONFLICT (branch_id, what) DO UPDATE SET last = n.last + %(count)s
RETURNING last
"""


def take(work: Work, branch_id: int, what: str, count: int) -> range:
    """The next ``count`` numbers of ``what``: ``agent`` or ``licence``. The row stays locked until the Work ends."""
    row = work.row(_TAKE_AGENT if what == "agent" else _TAKE, {"branch": branch_id, "what": what, "count": count})
    assert row is not None
    last: int = row[0]
    return range(last - count + 1, last + 1)

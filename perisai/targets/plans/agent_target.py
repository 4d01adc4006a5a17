"""An agent's target of a month, for other rooms' statements. Persons of all segments; NULL where nobody set one."""

from typing import Final, LiteralString

_IN_FORCE: LiteralString = """targets_figure f
  JOIN targets_plan p ON p.branch_id = f.branch_id AND p.id = f.plan_id AND p.state = 'approved'"""


def joined(month: LiteralString) -> LiteralString:
    """Gives agents of alias ``a`` a column ``t.persons``; ``month`` is a parameter or a column. Carried by figure_child."""
    sql: LiteralString = (
        "LEFT JOIN LATERAL (\n  SELECT sum(f.value)::int AS persons FROM "
        + _IN_FORCE
        + "\n  WHERE f.branch_id = a.branch_id AND f.child_level = 'agent' AND f.child_key = a.id::text"
        + " AND f.month = {month} AND f.measure = 'persons'\n) t ON true"
    )
    return sql.replace("{month}", month)


OF_AGENT: Final[LiteralString] = (
    "(SELECT sum(f.value)::int FROM "
    + _IN_FORCE
    + """
  WHERE f.branch_id = %s AND f.child_level = 'agent' AND f.child_key = %s::uuid::text AND f.month = %s::date
    AND f.measure = 'persons')"""
)
"""Of one agent: parameters branch, agent, month."""

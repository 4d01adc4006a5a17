"""Reads for the office pages."""

from dataclasses import dataclass
from typing import LiteralString

from perisai.events.work import Work
from perisai.offices.models import Office

# The subtree by the GIN index on path; counts of each office's own subtree by the same index, once a row.
_TREE: LiteralString = """
SELECT o.id, o.kind, o.parent_id, o.code, o.name, o.is_open, o.is_demo, cardinality(o.path) - %(depth)s,
  count(c.id) FILTER (WHERE c.kind = 'branch' AND c.id <> o.id),
  count(c.id) FILTER (WHERE c.kind = 'sub_branch' AND c.id <> o.id),
  count(c.id) FILTER (WHERE c.kind = 'agency' AND c.id <> o.id),
  coalesce(sum(u.n), 0)
FROM offices_office o
JOIN offices_office c ON c.path @> ARRAY[o.id]
LEFT JOIN (SELECT office_id, count(*) AS n FROM accounts_user WHERE is_active GROUP BY office_id) u ON u.office_id = c.id
WHERE o.path @> ARRAY[%(root)s::int] AND (%(text)s = '' OR o.name ILIKE %(like)s OR o.code ILIKE %(like)s)
GROUP BY o.id
ORDER BY o.path
"""


@dataclass(frozen=True)
class OfficeRow:
    """One line of the tree. ``depth`` 0 is the root of the list; counts are of what stands under it."""

    id: int
    kind: str
    parent_id: int | None
    code: str
    name: str
    is_open: bool
    is_demo: bool
    depth: int
    branches: int
    sub_branches: int
    agencies: int
    users: int


def tree(work: Work, root: Office, *, text: str = "") -> list[OfficeRow]:
    """The office and all under it, in the order of the tree."""
    rows = work.rows(_TREE, {"root": root.id, "depth": len(root.path), "text": text, "like": f"%{text}%"})
    return [OfficeRow(*row) for row in rows]

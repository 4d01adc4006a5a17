"""Agents as they stood on a past day: whose licence was valid or about to end, who held how much cash. Read from their own rows of
``figures_standing``, of which the figures of offices and branches are the sums."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, LiteralString

from perisai.events.work import Work
from perisai.figures.kept import LAST_TAKEN, within_part
from perisai.offices.part import Part

MOST: Final = 500
WHICH: Final[dict[str, LiteralString]] = {
    "": "TRUE",
    "none": "k.agents_active = 0",
    "valid": "k.agents_active > 0",
    "expiring": "k.licences_ending > 0",
    "cash": "k.custody > 0",
    "overdue": "k.custody_overdue > 0",
}

# By the key of figures_standing (branch_id, level, day, key), agents by theirs. Sums are of all, whatever is shown of them.
_FIND: LiteralString = (
    """
SELECT a.branch_id, a.id, a.id AS agent_id, a.code, a.full_name, k.sub_branch_id, k.agency_office_id, k.custody AS cash,
  k.custody_overdue AS late, k.agents_active > 0 AS is_active, k.licences_ending > 0 AS is_ending, b.name AS branch_name,
  count(*) OVER ()::int AS found, sum(k.custody) OVER ()::bigint AS all_cash, sum(k.custody_overdue) OVER ()::bigint AS all_late
FROM offices_office b
CROSS JOIN """
    + LAST_TAKEN
    + """
CROSS JOIN LATERAL (
  SELECT n.*, n.key::uuid AS agent_id FROM figures_standing n WHERE n.branch_id = b.id AND n.level = 'a' AND n.day = t.day OFFSET 0
) k
JOIN agents_agent a ON a.branch_id = k.branch_id AND a.id = k.agent_id
WHERE b.kind = 'branch' AND (%s::int[] IS NULL OR b.id = ANY (%s::int[])) AND """
)


def find(
    work: Work,
    *,
    branches: Sequence[int] | None,
    narrow: tuple[LiteralString, list[Any]],
    part: Part,
    day: date,
    which: str,
) -> list[dict[str, Any]]:
    """Agents of ``WHICH`` in a part, as of the last day by ``day`` on which each branch was taken: those with cash by how much,
    others by code; at most ``MOST``, each with the sums over all. ``narrow``: what the viewer may see, on ``a``. One statement."""
    of_branch, more = within_part(part)
    of_agent, and_more = part.narrow("k")
    asked = None if branches is None else list(branches)
    where: LiteralString = " AND ".join([of_branch, of_agent, narrow[0], WHICH[which]])
    order: LiteralString = " ORDER BY k.custody DESC, a.code" if which in ("cash", "overdue") else " ORDER BY a.code"
    params = [day, asked, asked, *more, *and_more, *narrow[1], MOST]
    return work.dicts(_FIND + where + order + ", a.branch_id LIMIT %s", params)

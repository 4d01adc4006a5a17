"""The quota as it stood at the end of a past day: from the numbers that are taken each day, of which past figures are. Reads."""

from collections.abc import Sequence
from datetime import date
from typing import Any, LiteralString

from perisai.events.work import Work
from perisai.figures.kept import LAST_TAKEN

# Numbers by the key of figures_standing, what the month's target was known to be by quota_told_month.
_FIND: LiteralString = (
    """
SELECT b.id AS branch_id, b.name, t.day, n.quota_cap AS cap, n.quota_consumed AS consumed, n.quota_leased AS leased,
  n.quota_left AS slots_left, m.persons AS target
FROM offices_office b
LEFT JOIN """
    + LAST_TAKEN
    + """ ON true
LEFT JOIN figures_standing n ON n.branch_id = b.id AND n.level = 'b' AND n.day = t.day AND n.key = b.id::text
LEFT JOIN LATERAL (
  SELECT sum(h.persons) AS persons FROM (
    SELECT DISTINCT ON (w.segment) w.persons FROM targets_quota_told w
    WHERE w.branch_id = b.id AND w.month = date_trunc('month', t.day)::date AND w.told_on <= t.day
    ORDER BY w.segment, w.told_on DESC, w.told_at DESC, w.id DESC) h
) m ON true
WHERE b.kind = 'branch' AND (%s::int[] IS NULL OR b.id = ANY (%s::int[])) ORDER BY b.name
"""
)


def of_day(work: Work, *, branches: Sequence[int] | None, day: date) -> list[dict[str, Any]]:
    """Every branch in sight, as of the last day by ``day`` on which it was taken: ``day`` None where nothing had been taken by
    then, ``cap`` None where nothing was capped. ``target``: of that day's month. One statement."""
    asked = None if branches is None else list(branches)
    return work.dicts(_FIND, [day, asked, asked])

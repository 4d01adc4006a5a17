"""How high a branch's cap is and what it does: targets of months, and from which month on how they are capped.

A quota that has begun, of which something was taken or lent, keeps its period and its segments; its target, per cent and mode
may change at any time. Months that no quota was begun for follow the setting in force.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, LiteralString, NamedTuple

from perisai.errors import Refused
from perisai.events.work import Happened, Work

MODES: Final = ("queue", "block", "warn")
MONTHS_OF: Final = {"month": 1, "quarter": 3, "year": 12}
SEGMENTS: Final = ("BPU", "PU")
MOST_PERSONS: Final = 10_000_000
MOST_PERCENT: Final = 1000
MOST_REASON: Final = 500


class Setting(NamedTuple):
    """From ``from_month`` (None: since ever) on."""

    from_month: date | None
    every: str
    by_segment: bool
    cap_percent: int
    mode: str

    @property
    def months(self) -> int:
        return MONTHS_OF[self.every]

    def begins(self, month: date) -> date:
        """The first month of the period that a month lies in."""
        return begins(self.every, month)


def begins(every: str, month: date) -> date:
    """The first month of the period of this length that a month lies in; of no known length the month itself."""
    months = MONTHS_OF.get(every, 1)
    return month.replace(month=(month.month - 1) // months * months + 1)


DEFAULT: Final = Setting(None, "month", False, 100, "queue")

# Carried by the primary key; a branch changes its setting a few times in its life.
_SETTINGS: LiteralString = """
SELECT DISTINCT ON (from_month) from_month, every, by_segment, cap_percent, mode FROM targets_quota_setting
WHERE branch_id = %s ORDER BY from_month, set_at DESC, id DESC
"""

# The newest moment counts. Of two who set at once the second waited, and began before the first: its moment is moved behind that.
_INSERT_SETTING: LiteralString = """
INSERT INTO targets_quota_setting (branch_id, from_month, every, by_segment, cap_percent, mode, reason, set_at, set_by)
VALUES (%(branch)s, %(from)s, %(every)s, %(by_segment)s, %(percent)s, %(mode)s, %(reason)s, GREATEST(%(now)s::timestamptz, (
  SELECT max(set_at) + interval '1 microsecond' FROM targets_quota_setting WHERE branch_id = %(branch)s)), %(by)s)
"""

# A month has a target over all segments or targets by segment: the newest kind stands. What was known stays in targets_quota_told,
# by days of the branch; nothing is known of a segment any more where persons are null.
_TARGET: LiteralString = """
WITH gone AS (
  DELETE FROM targets_quota_target WHERE branch_id = %(branch)s AND month = %(month)s AND (segment = 'all') <> (%(segment)s = 'all')
  RETURNING segment
), told AS (
  INSERT INTO targets_quota_told (branch_id, month, segment, persons, told_on, told_at)
  SELECT %(branch)s, %(month)s, n.segment, n.persons, d.day, GREATEST(%(now)s::timestamptz, (
    SELECT max(t.told_at) + interval '1 microsecond' FROM targets_quota_told t
    WHERE t.branch_id = %(branch)s AND t.month = %(month)s AND t.told_on = d.day))
  FROM (SELECT segment, NULL::int AS persons FROM gone UNION ALL SELECT %(segment)s, %(persons)s::int) n
  JOIN offices_office o ON o.id = %(branch)s
  CROSS JOIN LATERAL (SELECT (%(now)s::timestamptz AT TIME ZONE o.timezone)::date AS day) d
)
INSERT INTO targets_quota_target (branch_id, month, segment, persons) VALUES (%(branch)s, %(month)s, %(segment)s, %(persons)s)
ON CONFLICT (branch_id, month, segment) DO UPDATE SET persons = excluded.persons
"""

_LOCK: LiteralString = """
SELECT period, segment, months, is_queued OR consumed + leased + over + grandfathered + extra > 0, cap_percent, mode
FROM targets_quota
WHERE branch_id = %(branch)s AND period + make_interval(months => months) > %(from)s AND period < %(before)s
ORDER BY period, segment FOR UPDATE
"""

_DROP: LiteralString = """
DELETE FROM targets_quota q USING unnest(%s::date[], %s::text[]) AS g (period, segment)
WHERE q.branch_id = %s AND q.period = g.period AND q.segment = g.segment
"""

# Per cent and mode of a row that is there stay unless they are given.
_PUT: LiteralString = """
INSERT INTO targets_quota AS q
  (branch_id, period, segment, months, target, cap_percent, cap, mode, consumed, leased, over, grandfathered)
SELECT %(branch)s, %(period)s, s.segment, %(months)s, t.persons, p.percent, t.persons * p.percent / 100, p.mode, 0, 0, 0, 0
FROM unnest(%(segments)s::text[]) AS s (segment)
CROSS JOIN LATERAL (
  SELECT sum(persons) AS persons FROM targets_quota_target
  WHERE branch_id = %(branch)s AND month >= %(period)s AND month < %(period)s::date + make_interval(months => %(months)s)
    AND (s.segment = 'all' OR segment = s.segment)
) t
CROSS JOIN (SELECT %(percent)s::bigint AS percent, %(mode)s AS mode) p
WHERE t.persons IS NOT NULL
ON CONFLICT (branch_id, period, segment) DO UPDATE SET
  target = excluded.target, cap_percent = excluded.cap_percent, cap = excluded.cap + q.extra, mode = excluded.mode,
  grandfathered = GREATEST(0, q.consumed + q.leased - excluded.cap - q.extra)
RETURNING segment, target, cap_percent, cap, mode
"""

_MONTHS: LiteralString = """
SELECT DISTINCT month FROM targets_quota_target WHERE branch_id = %s AND month >= %s ORDER BY month
"""

_HAS_PARTS: LiteralString = """
SELECT EXISTS (SELECT FROM targets_quota_target WHERE branch_id = %s AND month >= %s AND month < %s AND segment <> 'all')
"""


class _Row(NamedTuple):
    """A quota as it stands, locked."""

    period: date
    segment: str
    months: int
    is_begun: bool
    cap_percent: int
    mode: str

    def holds(self, month: date) -> bool:
        return self.period <= month < add_months(self.period, self.months)


def settings(work: Work, *, branch_id: int) -> list[Setting]:
    """What counts from which month on, oldest first."""
    return [Setting(*row) for row in work.rows(_SETTINGS, [branch_id])]


def in_force(found: list[Setting], month: date) -> Setting:
    before = [one for one in found if one.from_month is None or one.from_month <= month]
    return before[-1] if before else DEFAULT


def set_quota(
    work: Work,
    *,
    branch_id: int,
    period: date,
    target: int,
    cap_percent: int | None = None,
    mode: str | None = None,
    reason: str = "",
    segment: str = "all",
) -> int:
    """Sets the target of a month (``period``: its first day), over all segments or of one, and returns the cap in persons of the
    quota that the month lies in. Lowering beneath what is taken is allowed.

    ``cap_percent`` and ``mode`` None: as the quota has them, otherwise as the setting in force says. ``reason`` is a code that the
    event keeps. Raises E5002 for a figure out of bounds, E5008 for one sum where the quota runs by segment.
    """
    _check(target, cap_percent, mode, period, segment)
    put = _set(work, branch_id, period, {segment: target}, cap_percent=cap_percent, mode=mode, reason=reason)
    return sum(cap for of, cap in put.items() if segment in (of, "all") or of == "all")


def set_targets(work: Work, *, branch_id: int, period: date, targets: Mapping[str, int], reason: str) -> None:
    """As ``set_quota``, the targets of a month's segments at once; cap in per cent and mode stay as they are. Raises E5002."""
    for segment, target in targets.items():
        _check(target, None, None, period, segment)
    if targets:
        _set(work, branch_id, period, targets, cap_percent=None, mode=None, reason=reason)


def _set(
    work: Work,
    branch_id: int,
    period: date,
    targets: Mapping[str, int],
    *,
    cap_percent: int | None,
    mode: str | None,
    reason: str,
) -> dict[str, int]:
    """Caps by segment. Raises E5008."""
    setting = in_force(settings(work, branch_id=branch_id), period)
    for segment, target in targets.items():
        asked = {"branch": branch_id, "month": period, "segment": segment, "persons": target, "now": work.now}
        work.execute(_TARGET, asked)
    begins, months, rows = _place(work, branch_id, setting, period)
    known = rows[0] if rows else None
    put = _put(
        work,
        branch_id,
        begins,
        months,
        segments=_segments(work, branch_id, setting, begins, months, rows),
        percent=cap_percent if cap_percent is not None else known.cap_percent if known else setting.cap_percent,
        mode=mode or (known.mode if known else setting.mode),
        reason=reason,
    )
    if not put:
        raise Refused("E5008")
    return put


def set_setting(
    work: Work,
    *,
    branch_id: int,
    from_month: date,
    every: str,
    by_segment: bool,
    cap_percent: int,
    mode: str,
    reason: str,
) -> None:
    """How the branch caps from a month on. What has begun keeps its period and segments, and takes over per cent and mode.

    Raises E5002 out of bounds, E5006 where a quarter or year does not begin in that month, E5005 where a quota that has begun
    reaches into it with another period or other segments, E8005 without a reason.
    """
    if every not in MONTHS_OF:
        raise Refused("E5002")
    _check(0, cap_percent, mode, from_month, "all")
    if not reason.strip():
        raise Refused("E8005")
    wanted = Setting(from_month, every, by_segment, cap_percent, mode)
    if wanted.begins(from_month) != from_month:
        raise Refused("E5006")
    known = settings(work, branch_id=branch_id)
    before = next((one.from_month for one in known if one.from_month and one.from_month > from_month), date.max)
    rows = _lock_after(work, branch_id, from_month, wanted, now=in_force(known, from_month), before=before)
    parameters = {
        "branch": branch_id, "from": from_month, "every": every, "by_segment": by_segment, "percent": cap_percent, "mode": mode,
        "reason": reason.strip()[:MOST_REASON], "now": work.now, "by": work.actor.user_id,
    }  # fmt: skip
    work.execute(_INSERT_SETTING, parameters)
    detail = {
        "from_month": f"{from_month:%Y-%m}", "every": every, "by_segment": by_segment, "cap_percent": cap_percent, "mode": mode,
    }  # fmt: skip
    work.report(Happened(kind="quota_setting_changed", branch_id=branch_id, quantity=0, detail=detail))
    _drop(work, branch_id, [row for row in rows if not row.is_begun])
    months = [row[0] for row in work.rows(_MONTHS, [branch_id, from_month]) if row[0] < before]
    for begins in sorted({wanted.begins(month) for month in months}):
        kept = [row for row in rows if row.is_begun and row.period == begins]
        segments = _segments(work, branch_id, wanted, begins, wanted.months, kept)
        _put(
            work,
            branch_id,
            begins,
            wanted.months,
            segments=segments,
            percent=cap_percent,
            mode=mode,
            reason="setting",
        )


def _lock_after(
    work: Work, branch_id: int, from_month: date, wanted: Setting, *, now: Setting, before: date
) -> list[_Row]:
    """The quotas that a setting is for. Raises E5005."""
    found = work.rows(_LOCK, {"branch": branch_id, "from": from_month, "before": before})
    rows = [_Row(*row) for row in found]
    if (now.every, now.by_segment) != (wanted.every, wanted.by_segment):
        for row in rows:
            if row.is_begun or row.period < from_month:
                raise Refused("E5005", month=f"{row.period:%Y-%m}")
    return [row for row in rows if row.period >= from_month]


def _check(target: int, cap_percent: int | None, mode: str | None, month: date, segment: str) -> None:
    is_sound = (
        0 <= target <= MOST_PERSONS
        and (cap_percent is None or 0 <= cap_percent <= MOST_PERCENT)
        and (mode is None or mode in MODES)
        and month.day == 1
        and segment in ("all", *SEGMENTS)
    )
    if not is_sound:
        raise Refused("E5002")


def _place(work: Work, branch_id: int, setting: Setting, month: date) -> tuple[date, int, list[_Row]]:
    """Where the quota of a month begins and how long it is, and its rows as they stand, locked."""
    begins = setting.begins(month)
    after = add_months(begins, setting.months)
    found = [_Row(*row) for row in work.rows(_LOCK, {"branch": branch_id, "from": begins, "before": after})]
    here = [row for row in found if row.holds(month)]
    if here:
        return here[0].period, here[0].months, [row for row in here if row.period == here[0].period]
    return begins, setting.months, []


def _segments(work: Work, branch_id: int, setting: Setting, begins: date, months: int, rows: list[_Row]) -> list[str]:
    """Over all or by segment: as it began, otherwise as the setting says and targets allow."""
    begun = [row for row in rows if row.is_begun]
    if begun:
        return ["all"] if begun[0].segment == "all" else list(SEGMENTS)
    (has_parts,) = work.row(_HAS_PARTS, [branch_id, begins, add_months(begins, months)]) or (False,)
    wanted = list(SEGMENTS) if setting.by_segment and has_parts else ["all"]
    _drop(work, branch_id, [row for row in rows if row.segment not in wanted])
    return wanted


def _drop(work: Work, branch_id: int, rows: list[_Row]) -> None:
    """Removes quotas of which nothing was used."""
    if rows:
        work.execute(_DROP, [[row.period for row in rows], [row.segment for row in rows], branch_id])


def _put(
    work: Work, branch_id: int, period: date, months: int, *, segments: list[str], percent: int, mode: str, reason: str
) -> dict[str, int]:
    """Writes the quotas of a period from its targets; caps by segment."""
    rows = work.rows(
        _PUT,
        {
            "branch": branch_id,
            "period": period,
            "months": months,
            "segments": segments,
            "percent": percent,
            "mode": mode,
        },
    )
    for segment, target, cap_percent, cap, of_mode in rows:
        detail: dict[str, Any] = {
            "period": period.isoformat(),
            "target": target,
            "cap_percent": cap_percent,
            "cap": cap,
            "mode": of_mode,
        }
        detail |= {"segment": segment} if segment != "all" else {}
        detail |= {"months": months} if months != 1 else {}
        detail |= {"reason": reason} if reason else {}
        work.report(Happened(kind="quota_changed", branch_id=branch_id, quantity=0, detail=detail))
    return {row[0]: int(row[3]) for row in rows}


def add_months(month: date, n: int) -> date:
    index = month.year * 12 + month.month - 1 + n
    return date(index // 12, index % 12 + 1, 1)

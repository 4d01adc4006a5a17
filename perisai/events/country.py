"""What the whole country came to on days that are over, by time zone: sums of all its branches, added up once, so that a screen of
the nation does not add them up anew. What a branch received on a day that is over changes no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, LiteralString
from zoneinfo import ZoneInfo

from perisai.events.queries import HOURS
from perisai.events.reading import Reading, Row
from perisai.events.work import Work

SETTLED: Final = timedelta(hours=2)
"""A day is added up so long after its end: what was under way at midnight has been written by then."""
NEVER: Final = date(2000, 1, 1)
_ZONES: LiteralString = "SELECT DISTINCT timezone FROM offices_office WHERE kind = 'branch' ORDER BY 1"
_BEGIN: LiteralString = """
INSERT INTO events_country_day (timezone, day) SELECT unnest(%(zones)s::text[]), %(never)s ON CONFLICT DO NOTHING
"""
_THROUGH: LiteralString = """
SELECT timezone, day FROM events_country_day WHERE timezone = ANY (%(zones)s::text[]) ORDER BY 1 FOR UPDATE
"""
# A branch's own rows and its hours, by the primary key of events_counter.
_SUMMED: LiteralString = """
FROM offices_office o
CROSS JOIN LATERAL (
  SELECT 'b'::bpchar AS level, '' AS key, c.day_captured, c.day_received, c.segment, c.metric, c.value
  FROM events_counter c WHERE c.branch_id = o.id AND c.level = 'b' AND c.key = o.id::text
    AND c.day_received > %(after)s AND c.day_received <= %(day)s
  UNION ALL
  SELECT c.level, c.key, c.day_captured, c.day_received, c.segment, c.metric, c.value
  FROM events_counter c WHERE c.branch_id = o.id AND c.level = 'h' AND c.key = ANY (%(hours)s::text[])
    AND c.day_received > %(after)s AND c.day_received <= %(day)s
) c
WHERE o.kind = 'branch' AND o.timezone = %(timezone)s
"""
ADD: LiteralString = (
    """
INSERT INTO events_country (timezone, level, key, day_captured, day_received, segment, metric, value)
SELECT %(timezone)s, c.level, c.key, c.day_captured, c.day_received, c.segment, c.metric, sum(c.value)
"""
    + _SUMMED
    + " GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 2, 3, 4, 5, 6, 7"
)
"""Adds up a zone; parameters: ``adding``."""
_OVER: LiteralString = "UPDATE events_country_day SET day = %(day)s WHERE timezone = %(timezone)s"
_COMPARE: LiteralString = (
    """
WITH branches AS (
  SELECT c.level, c.key, c.day_captured, c.day_received, c.segment, c.metric, sum(c.value)::bigint AS value
"""
    + _SUMMED
    + """ GROUP BY 1, 2, 3, 4, 5, 6
), country AS (
  SELECT level, key, day_captured, day_received, segment, metric, value FROM events_country WHERE timezone = %(timezone)s
)
SELECT level, key, day_captured, day_received, segment, metric, coalesce(country.value, 0), coalesce(branches.value, 0)
FROM country FULL JOIN branches USING (level, key, day_captured, day_received, segment, metric)
WHERE coalesce(country.value, 0) <> coalesce(branches.value, 0)
ORDER BY 1, 2, 3, 4, 5, 6
"""
)


def add_up(work: Work) -> list[tuple[str, date]]:
    """Adds up the days that have ended since the last time; (time zone, last day) of those that moved. The scope of the Work is the
    nation. Who comes second waits for the first, and finds nothing to do."""
    zones = [row[0] for row in work.rows(_ZONES)]
    work.execute(_BEGIN, {"zones": zones, "never": NEVER})
    moved = []
    for timezone, after in work.rows(_THROUGH, {"zones": zones}):
        day = _last_over(work.now, timezone)
        if day > after:
            work.execute(ADD, adding(timezone, after, day))
            work.execute(_OVER, {"timezone": timezone, "day": day})
            moved.append((timezone, day))
    return moved


def differences(work: Work) -> list[tuple[object, ...]]:
    """Where the country is not the sum of its branches: (time zone, level, key, day captured, day received, segment, metric, what
    the country says, what the branches say). Reads everything, for the audit."""
    found: list[tuple[object, ...]] = []
    for timezone, day in work.rows("SELECT timezone, day FROM events_country_day ORDER BY 1"):
        found += [(timezone, *row) for row in work.rows(_COMPARE, adding(timezone, NEVER, day))]
    return found


def adding(timezone: str, after: date, day: date) -> dict[str, object]:
    """Parameters of ``ADD``: days received after one and up to another."""
    return {"timezone": timezone, "after": after, "day": day, "hours": HOURS}


def over() -> Reading[dict[str, date]]:
    """The last day that is added up, by time zone; a zone none of whose days are is absent."""
    rows = yield "SELECT timezone, day FROM events_country_day WHERE day > %(never)s", {"never": NEVER}
    return {row["timezone"]: row["day"] for row in rows}


@dataclass(frozen=True)
class Asked:
    """A sum to be read, of a time zone: captured from first to last, received from since to until, all days within."""

    n: int
    timezone: str
    first: date
    last: date
    since: date
    until: date


# By the primary key of events_country.
_FROM: LiteralString = """
FROM unnest(%(ns)s::int[], %(zones)s::text[], %(firsts)s::date[], %(lasts)s::date[], %(since)s::date[], %(until)s::date[])
  AS p (n, timezone, first, last, since, until)
JOIN events_country c ON c.timezone = p.timezone AND c.level = 'b' AND c.key = '' AND c.day_captured BETWEEN p.first AND p.last
  AND c.day_received BETWEEN p.since AND p.until AND c.metric = ANY (%(metrics)s::text[])
GROUP BY 1, 2, 3
"""
_COUNTED: LiteralString = "SELECT p.n, c.segment, c.metric, sum(c.value)::bigint AS value" + _FROM
_COUNTED_BY_DAY: LiteralString = "SELECT p.n, c.day_captured AS day, c.metric, sum(c.value)::bigint AS value" + _FROM
_HOURS_OF_DAYS: LiteralString = """
SELECT timezone, day_captured AS day, key::int AS hour, sum(value)::bigint AS quantity FROM events_country
WHERE timezone = ANY (%(zones)s::text[]) AND level = 'h' AND key = ANY (%(keys)s::text[]) AND day_captured = ANY (%(days)s::date[])
GROUP BY 1, 2, 3
"""


def counted(asked: Sequence[Asked], metrics: Sequence[str]) -> Reading[list[Row]]:
    """Rows (n, segment, metric, value)."""
    return (yield _COUNTED, _columns(asked, metrics)) if asked else []


def counted_by_day(asked: Sequence[Asked], metrics: Sequence[str]) -> Reading[list[Row]]:
    """Rows (n, day, metric, value), by day captured."""
    return (yield _COUNTED_BY_DAY, _columns(asked, metrics)) if asked else []


def hours_of_days(through: Mapping[str, date], days: Sequence[date]) -> Reading[dict[str, dict[date, list[int]]]]:
    """As ``queries.hours_of_days``, of those of the days that are over in each zone of ``through``."""
    found: dict[str, dict[date, list[int]]] = {timezone: {} for timezone in through}
    asked = {"zones": list(through), "keys": HOURS, "days": list(days)}
    for row in (yield _HOURS_OF_DAYS, asked) if through and days else []:
        found[row["timezone"]].setdefault(row["day"], [0] * 24)[row["hour"]] += row["quantity"]
    return found


def _columns(asked: Sequence[Asked], metrics: Sequence[str]) -> dict[str, object]:
    return {
        "ns": [each.n for each in asked],
        "zones": [each.timezone for each in asked],
        "firsts": [each.first for each in asked],
        "lasts": [each.last for each in asked],
        "since": [each.since for each in asked],
        "until": [each.until for each in asked],
        "metrics": list(metrics),
    }


def _last_over(now: datetime, timezone: str) -> date:
    return (now - SETTLED).astimezone(ZoneInfo(timezone)).date() - timedelta(days=1)

"""Where the phones of the demo's agents were when they enrolled somebody in the last days: synthetic places around Jambi."""

from datetime import datetime, timedelta
from typing import Final, LiteralString
from zoneinfo import ZoneInfo

from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.web.demo.places import BUNGO, JAMBI

DAYS: Final = 14

# Each kecamatan has its own middle, each enrolment its own place near it; one phone in four gives none. By enrolment_state.
_PLACE: LiteralString = """
UPDATE members_enrolment e SET place = jsonb_build_object(
  'lat', round(m.lat + hashtext(e.id::text) %% 1000 / 90000.0, 5),
  'lon', round(m.lon + hashtext(e.id::text || 'x') %% 1000 / 90000.0, 5), 'accuracy', 15)
FROM offices_region d
CROSS JOIN LATERAL (
  SELECT -1.6 + hashtext(d.code) %% 1000 / 2500.0, 103.3 + hashtext(d.code || 'x') %% 1000 / 1250.0) AS m (lat, lon)
WHERE e.branch_id = %s AND e.captured_on >= %s AND e.place IS NULL AND e.device_id IS NOT NULL
  AND d.code = left(e.region_code, 8) AND hashtext(e.id::text) %% 4 <> 0
"""


def build_field_places(end: datetime) -> None:
    """One statement a branch; a place that is known stays."""
    since = end.astimezone(ZoneInfo("Asia/Jakarta")).date() - timedelta(days=DAYS)
    for branch in (JAMBI, BUNGO):
        with Work.open(scope=Scope.branch(branch)) as work:
            work.execute(_PLACE, [branch, since])

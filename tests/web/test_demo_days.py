"""The demo world of another day than today: on the first of a month no bills of the next one are out, and no work is done yet."""

import subprocess
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from perisai.web.config import resolve
from perisai.web.postgres import running
from tests.prepared import SECONDS, put_migrated
from tests.running import PERISAI, clean_environment
from tests.web.demo_givens import find_missing
from tests.world import jakarta_today

ZONE = ZoneInfo("Asia/Jakarta")
LOAD = "from datetime import datetime; from perisai.web.demo.load import load; load(now=datetime.fromisoformat('{}'))"


def test_world_of_the_first_of_a_month_just_after_midnight_has_all_that_is_taken_as_given(tmp_path: Path) -> None:
    at = datetime.combine(jakarta_today().replace(day=1), time(0, 10), ZONE)
    put_migrated(tmp_path)
    environment = clean_environment() | {"PERISAI_DEMO": "1"}
    command = [*PERISAI, "manage", "shell", "-c", LOAD.format(at.isoformat()), "--data", str(tmp_path)]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS)
    assert ran.returncode == 0, ran.stderr[-3000:]
    with running(tmp_path):
        assert find_missing(resolve(str(tmp_path)).database_url, at) == {}

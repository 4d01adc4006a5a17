"""The simulator of the field survives the death of the server. Size: 24 workers, three phones."""

import re
import subprocess

from playwright.sync_api import expect

from tests.e2e.chromium import RESTART_MS
from tests.e2e.conftest import NewDesk
from tests.e2e.test_field_to_live import captured_this_month, figure, kill_web
from tests.running import PERISAI, Running, clean_environment

COUNT = 24


def test_simulate_field_goes_on_after_the_server_died(field: Running, new_desk: NewDesk) -> None:
    desk = new_desk("petugas.jambi")
    desk.open("/console/live/branch/1501/")
    expect(desk.page.locator("#live-state [role=status]")).to_have_text(re.compile("Langsung|Live"))
    before = captured_this_month(desk.page)
    options = ["--phones", "3", "--per-minute", "240", "--enrolments", str(COUNT), "--minutes", "8", "--seed", "7"]
    command = [*PERISAI, "simulate", "field", "--data", str(field.data), *options]
    with subprocess.Popen(command, env=clean_environment(), stdout=subprocess.PIPE, text=True) as simulator:
        try:
            expect(figure(desk.page)).not_to_have_text(re.compile(f" {before}$"), timeout=RESTART_MS)
            kill_web(field)
            said, _ = simulator.communicate(timeout=540)
        finally:
            simulator.kill()
    assert simulator.returncode == 0
    assert f"{COUNT} enrolled" in said
    assert "0 differences" in field.run("audit", "recount").stdout

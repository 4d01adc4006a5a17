"""The runner of the parts of the tests ends whatever its parts do, says so, and leaves nothing behind."""

import json
import subprocess
import sys
from pathlib import Path

import psutil

from tests.failures import find_failures
from tests.parts import PARTS

RUN = """
import json, sys
from pathlib import Path
from tests.parts import run
sys.exit(run(json.loads(sys.argv[1]), Path(sys.argv[2]), seconds=float(sys.argv[3]), grace=float(sys.argv[4])))
"""
GOOD = "print('2 passed')"
HANGS = "import time\nprint('at work', flush=True)\ntry:\n time.sleep(600)\nfinally:\n print('cleaned up')"
LATE = "import threading; print('4 passed', flush=True); threading.Thread(target=threading.Event().wait).start()"
DEAF = "import signal, time; signal.signal(2, signal.SIG_IGN); signal.signal(15, signal.SIG_IGN); time.sleep(600)"
ORPHAN = (
    "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'],"
    " start_new_session=True); print(child.pid)"
)

FAILS = """
def test_sum() -> None:
    print("what the test had written")
    assert 1 + 1 == 3, "one and one"

def test_slow() -> None:
    pass
"""


def _run(folder: Path, *, seconds: float = 60, grace: float = 1, **parts: str) -> "subprocess.CompletedProcess[str]":
    commands = json.dumps({name: [sys.executable, "-c", code] for name, code in parts.items()})
    command = [sys.executable, "-c", RUN, commands, str(folder), str(seconds), str(grace)]
    return subprocess.run(command, capture_output=True, text=True, timeout=180)


def test_run_whose_parts_all_pass_passes_and_tells_their_last_lines_at_the_end(tmp_path: Path) -> None:
    ran = _run(tmp_path, one=GOOD, other="print('1 skipped\\n3 passed')")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-2:] == ["2 passed", "3 passed"]
    assert "  other | 1 skipped" in ran.stdout


def test_run_tells_the_summary_of_pytest_and_not_what_a_thread_says_after_it(tmp_path: Path) -> None:
    ran = _run(tmp_path, one="print('=== 3 passed ===\\nconnection is bad')")
    assert ran.stdout.splitlines()[-1] == "=== 3 passed ==="


def test_run_names_at_its_end_what_failed_and_why_and_leaves_tables_to_the_log(tmp_path: Path) -> None:
    file = tmp_path / "test_it.py"
    file.write_text(FAILS)
    options = ["-p", "no:cacheprovider", "-ra", "--durations=5", "--durations-min=0", f"--rootdir={tmp_path}"]
    bad = "import os, sys; os.environ['PYTEST_DISABLE_PLUGIN_AUTOLOAD'] = '1'; import pytest;"
    bad += f"sys.exit(pytest.main({[*options, str(file)]}))"
    ran = _run(tmp_path, bad=bad, good="print('=== 9 passed ===')")
    assert ran.returncode == 1
    *_, end = ran.stdout.partition(f"bad failed, {tmp_path / 'bad.log'} has all of it:")
    lines = end.splitlines()
    assert any(line.startswith("FAILED ") and "test_sum" in line for line in lines)
    assert "AssertionError: one and one" in end
    assert "what the test had written" in end
    assert len(lines) < 60
    assert "=== 9 passed ===" in lines[-2]
    assert "1 failed, 1 passed" in lines[-1]
    assert "slowest" not in ran.stdout
    assert "slowest" in (tmp_path / "bad.log").read_text()


def test_failures_are_told_within_their_room_however_many_and_long() -> None:
    blocks = [
        f"____ test_{n} ____\n" + "x\n" * 400 + f"E  reason {n}\n--- Captured log ---\n" + "log\n" * 99
        for n in range(9)
    ]
    names = "".join(f"FAILED tests/t.py::test_{n}\n" for n in range(9))
    text = f"=== FAILURES ===\n{''.join(blocks)}=== short test summary info ===\n{names}=== 9 failed ==="
    told = find_failures(text, 160)
    assert len(told) <= 160
    for n in range(9):
        assert f"FAILED tests/t.py::test_{n}" in told
        assert f"E  reason {n}" in told


def test_failures_of_a_part_that_was_killed_are_the_end_of_what_it_said() -> None:
    assert find_failures("\n".join(f"line {n}" for n in range(500)), 160)[-1] == "line 499"


def test_run_ends_parts_that_hang_and_lets_them_clean_up(tmp_path: Path) -> None:
    ran = _run(tmp_path, seconds=8, grace=4, good=GOOD, hangs=HANGS, deaf=DEAF)
    assert ran.returncode == 1
    assert "stopping hangs, deaf" in ran.stdout
    assert "hangs | cleaned up" in ran.stdout
    assert "deaf | ended with -9" in ran.stdout
    assert "hangs | ended with" in ran.stdout


def test_run_fails_when_a_part_passes_but_does_not_end(tmp_path: Path) -> None:
    assert _run(tmp_path, seconds=8, late=LATE).returncode == 1


def test_run_ends_what_a_part_left_behind(tmp_path: Path) -> None:
    ran = _run(tmp_path, leaves=ORPHAN)
    assert ran.returncode == 0
    assert not psutil.pid_exists(int((tmp_path / "leaves.log").read_text()))


def test_every_file_of_tests_is_in_one_part() -> None:
    def has(part: list[str], file: Path) -> bool:
        ignored = [Path(word.removeprefix("--ignore=")) for word in part if word.startswith("--")]
        folders = [Path(word) for word in part if not word.startswith("--")]
        return any(map(file.is_relative_to, folders)) and not any(map(file.is_relative_to, ignored))

    files = list(Path("tests").rglob("test_*.py"))
    assert files
    assert {str(file): sum(has(part, file) for part in PARTS.values()) for file in files} == {str(f): 1 for f in files}

"""Phones push and banks pay while web workers and PostgreSQL are killed with SIGKILL: nothing is lost, nothing is double."""

import json
import multiprocessing
import os
import subprocess
import sys
import time
import traceback
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from random import Random
from typing import Any

import httpx
import psycopg
import pytest

from perisai.web.simulate.bank import Credentials
from perisai.web.simulate.phone import Phone
from tests.chaos.actors import Bank, FieldPhone
from tests.chaos.killer import Killer
from tests.running import Running, clean_environment, run_demo

SETTINGS = ("fsync", "full_page_writes", "synchronous_commit")
SEED = int(os.environ.get("CHAOS_SEED", "20261122"))
SECONDS = 900.0


@dataclass(frozen=True)
class Size:
    enrolments: int
    payments: int
    kills: int
    phones: int

    def __str__(self) -> str:
        return f"{self.enrolments} enrolments by {self.phones} phones, {self.payments} payments by 2 banks, {self.kills} kills"


SMALL = Size(enrolments=200, payments=60, kills=4, phones=4)
FULL = Size(enrolments=2000, payments=500, kills=24, phones=8)


def test_killed_processes_lose_nothing_and_double_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """200 enrolments, 60 payments, 4 kills; the full size is the next test's."""
    _kill_while_working(tmp_path, capsys, SMALL)


@pytest.mark.full
def test_killed_processes_lose_nothing_at_full_size(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """2,000 enrolments, 500 payments, 24 kills."""
    _kill_while_working(tmp_path, capsys, FULL)


def _kill_while_working(folder: Path, capsys: pytest.CaptureFixture[str], size: Size) -> None:
    with run_demo(folder / "world", command=("up",)) as running:
        durability = _durability(running)
        villages = httpx.get(f"{running.origin}/api/v1/reference/regions/15").json()["villages"]
        assert len(villages) > 1_000, "phones find their villages from the first start on"
        place = json.loads(_run(running, "tests.chaos.place", str(size.phones)))
        actors = [*_phones(running, place["codes"], size), *_banks(running, place["banks"], size)]
        begun = time.monotonic()
        killer = Killer(running, kills=size.kills, total=size.enrolments + size.payments, random=Random(SEED))
        reports = _work(actors, killer)
        killer.wait_until_well()
        seconds = time.monotonic() - begun
        told = {
            "ops": {op: sent for report in reports for op, sent in report.get("ops", {}).items()},
            "payments": [payment for report in reports for payment in report.get("payments", ())],
        }
        score = sum((report["score"] for report in reports), Counter[str]())
        books = json.loads(_run(running, "tests.chaos.books", told=told))
        recounted = "; ".join(running.run("audit", "recount").stdout.splitlines()[-2:])
        durability_after = _durability(running)
    with capsys.disabled():
        print(
            f"\n{durability}\n{size}, seed {SEED}, {seconds:.1f} s\nkilled: {dict(killer.done)}\nanswers: {dict(score)}"
        )
        print(f"{books['facts']}; {recounted}")
    assert set(durability.values()) == {"on"}
    assert durability_after == durability
    assert [fault for report in reports for fault in report["faults"]] == []
    assert sum(sent["kind"] == "enrol" for sent in told["ops"].values()) == size.enrolments
    assert len(told["payments"]) == size.payments
    assert killer.done.total() == size.kills
    assert books["faults"] == []
    assert "counters equal events" in recounted
    assert "the country is the sum of its branches" in recounted


def _durability(running: Running) -> dict[str, str]:
    """As the server itself says, to the role that serves."""
    with psycopg.connect(running.database_url) as connection:
        return {name: connection.execute(f"SHOW {name}").fetchall()[0][0] for name in SETTINGS}


def _run(running: Running, module: str, *arguments: str, told: Any = None) -> str:
    """A module of this folder in a process that is set up for the installation."""
    command = [sys.executable, "-m", module, str(running.data), *arguments]
    given = json.dumps(told) if told is not None else None
    result = subprocess.run(command, env=clean_environment(), input=given, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr[-3000:]
    return result.stdout


def _phones(running: Running, codes: list[str], size: Size) -> list[FieldPhone]:
    """Activated while all is quiet: an activation whose answer is lost needs a new code."""
    found = []
    with httpx.Client(base_url=running.origin, timeout=30) as client:
        for number, code in enumerate(codes):
            phone = Phone(client)
            phone.activate(code)
            found.append(FieldPhone(phone, running.origin, number, size.enrolments // size.phones, SEED))
    return found


def _banks(running: Running, banks: list[dict[str, str]], size: Size) -> list[Bank]:
    found = []
    for number, bank in enumerate(banks):
        secrets = {
            "client_secret": bank["client_secret"].encode("latin-1"),
            "private_key": bank["private_key"].encode(),
        }
        credentials = Credentials(**{**bank, **secrets})  # type: ignore[arg-type]
        found.append(Bank(running.origin, credentials, size.payments // len(banks), SEED + 100 + number))
    return found


def _work(actors: "list[FieldPhone | Bank]", killer: Killer) -> list[dict[str, Any]]:
    """Every actor in a process of its own; kills as they come along. The reports, in the order of the actors."""
    context = multiprocessing.get_context("fork")
    codes, done, reports = context.Queue(), context.Queue(), context.Queue()

    def run(number: int) -> None:
        try:
            reports.put((number, actors[number].run(codes, done), None))
        except BaseException:  # noqa: BLE001 - the parent must hear of it
            reports.put((number, None, traceback.format_exc()))
        reports.close()
        reports.join_thread()
        codes.cancel_join_thread()
        done.cancel_join_thread()
        os._exit(0)

    processes = [context.Process(target=run, args=(number,), daemon=True) for number in range(len(actors))]
    for process in processes:
        process.start()
    try:
        return _follow(len(actors), killer, done, reports)
    finally:
        for process in processes:
            process.kill()
            process.join()


def _follow(number: int, killer: Killer, done: Any, reports: Any) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    progress, deadline = 0, time.monotonic() + SECONDS
    while len(found) < number:
        assert time.monotonic() < deadline, f"not in {SECONDS} s; progress {progress}, done {sorted(found)}"
        with suppress(Empty):
            progress += done.get(timeout=0.05)
            while True:
                progress += done.get_nowait()
        with suppress(Empty):
            who, report, error = reports.get_nowait()
            assert error is None, error
            found[who] = report
        killer.look(progress)
    return [found[who] for who in range(number)]

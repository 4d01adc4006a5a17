"""The whole way once: a phone without signal, a server that dies, a branch that watches, a bank that pays.

Size: 20 workers through the real forms.
"""

import os
import re
import signal
import time
from collections.abc import Callable

import httpx
import psutil
from playwright.sync_api import Locator, Page, Route, expect

from perisai.web.simulate.bank import BankSimulator, Credentials
from tests.e2e.app import MAX_WAIT_MS, FieldApp, Worker, path_of, workers
from tests.e2e.chromium import RESTART_MS
from tests.e2e.conftest import NewDesk
from tests.e2e.desk import Desk
from tests.running import Running

COUNT = 20
PUSH = "/api/v1/sync/push"
AGENT = 0
"""Rina Kartika of KC Jambi."""


def test_enrol_twenty_offline_through_a_dying_server_ends_live_and_active(
    field: Running, phone: FieldApp, new_desk: NewDesk
) -> None:
    branch = new_desk("petugas.jambi")
    branch.open("/console/live/branch/1501/")
    expect(branch.page.locator("#live-state [role=status]")).to_have_text(re.compile("Langsung|Live"))
    before, accepted_before = captured_this_month(branch.page), count_accepted(branch)

    phone.activate(field.credentials()["agents"][AGENT]["activation_code"])
    phone.wait_ready_for_offline()
    phone.go_offline()
    people = workers(COUNT)
    ops = [phone.enrol(worker) for worker in people]
    assert len(set(ops)) == COUNT

    phone.reload()
    phone.go("#/outbox")
    phone.see("screen-outbox")
    expect(phone.at("op")).to_have_count(COUNT)
    assert phone.unsent() == COUNT
    assert captured_this_month(branch.page) == before

    killer = Killer(field, phone)
    phone.come_back()
    phone.sync_until(0, ms=RESTART_MS)
    assert killer.died_before_answer
    assert killer.died_after_answer

    # The branch's page was not touched since: it moves by itself, past the restart of the web server.
    expect(figure(branch.page)).to_have_text(re.compile(f" {before + COUNT}$"), timeout=RESTART_MS)
    until(lambda: count_accepted(branch) == accepted_before + COUNT, "all are judged")
    for worker in people:
        assert rows_named(branch, worker) == 1

    codes = [payment_code(phone, op) for op in ops]
    assert len(set(codes)) == COUNT
    pay(field, codes)
    phone.go("#/outbox")
    phone.press("send-now")
    for op in ops:
        phone.go(f"#/member/{op}")
        expect(phone.at("member-state")).to_have_attribute("data-state", "active", timeout=MAX_WAIT_MS)
    phone.see("paid-through")
    assert "0 differences" in field.run("audit", "recount").stdout


class Killer:
    """Kills the web server twice: while it works on the first push, and after it has done the second but before the phone
    hears so."""

    def __init__(self, running: Running, phone: FieldApp) -> None:
        self.running = running
        self.died_before_answer = self.died_after_answer = False
        phone.page.on("request", lambda request: self._first(path_of(request.url)))
        phone.page.route(lambda url: path_of(url) == PUSH, self._second)

    def _first(self, path: str) -> None:
        if path == PUSH and not self.died_before_answer:
            self.died_before_answer = True
            kill_web(self.running)

    def _second(self, route: Route) -> None:
        if self.died_after_answer:
            route.continue_()
            return
        try:
            answer = route.fetch()
        except Exception:  # noqa: BLE001 - the first kill, or a server that is not up again yet
            route.abort()
            return
        if answer.status == 200:
            self.died_after_answer = True
            kill_web(self.running)
        route.abort()


def kill_web(running: Running) -> None:
    """SIGKILL to granian and its workers. The supervisor starts them again."""
    service = running.state()["services"]["web"]
    parent = psutil.Process(service["pid"])
    family = [*parent.children(recursive=True), parent]
    for process in family:
        os.kill(process.pid, signal.SIGKILL)
    psutil.wait_procs(family, timeout=60)


def figure(page: Page) -> Locator:
    """Enrolled this month, in words and a number; a day may end while a test runs."""
    return page.locator("[data-figure=captured] [data-month]")


def captured_this_month(page: Page) -> int:
    return int(figure(page).inner_text().split()[-1].replace(".", ""))


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + MAX_WAIT_MS / 1000
    while not condition():
        assert time.monotonic() < deadline, f"not in {MAX_WAIT_MS / 1000} s: {what}"
        time.sleep(0.5)


def count_accepted(desk: Desk) -> int:
    answer = desk.page.request.get(f"{desk.origin}/console/live/data/branch/1501/")
    assert answer.ok
    return int(answer.json()["month"]["accepted"])


def rows_named(desk: Desk, worker: Worker) -> int:
    answer = desk.page.request.get(f"{desk.origin}/console/members/", params={"q": worker.name})
    assert answer.ok
    return answer.text().count(f">{worker.name}<")


def payment_code(phone: FieldApp, op: str) -> str:
    phone.go(f"#/member/{op}")
    expect(phone.at("member-state")).to_have_attribute("data-state", "accepted", timeout=MAX_WAIT_MS)
    return str(phone.see("payment-code").get_attribute("data-code"))


def pay(running: Running, codes: list[str]) -> None:
    """The simulated bank asks what each code owes and pays it, over real HTTP with real signatures."""
    known = running.credentials()["banks"][0]
    credentials = Credentials(
        client_key=known["client_key"],
        client_secret=known["client_secret"].encode(),
        private_key=known["private_key"].encode(),
        service_id=known["service_id"],
        padding=known["padding"],
        scheme=known["scheme"],
    )
    with httpx.Client(timeout=60) as client:
        bank = BankSimulator(running.origin, credentials, client)
        for code in codes:
            owed = bank.inquire(code).json()["virtualAccountData"]["totalAmount"]["value"]
            answer = bank.pay(code, int(owed.partition(".")[0]))
            assert answer.status_code == 200, answer.text

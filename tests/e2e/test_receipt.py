"""A receipt for cash: made without signal, checked by anybody before and after it is delivered, deposited, received by the bank."""

import re

from playwright.sync_api import expect

from tests.e2e.app import MAX_WAIT_MS, FieldApp, workers
from tests.e2e.axe import serious
from tests.e2e.conftest import NewDesk
from tests.e2e.desk import Desk
from tests.e2e.test_field_to_live import pay, payment_code
from tests.running import Running

AGENT = 11


def see_state(desk: Desk, address: str, state: str) -> None:
    """As anybody sees it who opens the receipt's address."""
    path = address.removeprefix(desk.origin)
    desk.open_until(path, desk.page.locator(f"[data-state={state}]"))


def test_receipt_is_checked_from_the_stall_to_the_bank(phone: FieldApp, new_desk: NewDesk, field: Running) -> None:
    app, member = phone, new_desk()
    app.activate(field.credentials()["agents"][AGENT]["activation_code"])
    app.wait_ready_for_offline()
    (worker,) = workers(1, start=90)
    op = app.enrol(worker)
    payment_code(app, op)
    app.go("#/cash")
    expect(app.at("cash-held")).to_have_attribute("data-held", re.compile(r"^\d+$"), timeout=MAX_WAIT_MS)
    held = int(str(app.at("cash-held").get_attribute("data-held")))
    assert serious(app.page) == []

    app.go_offline()
    app.go(f"#/cash/new?member={op}")
    app.see("cash-line")
    expect(app.at("cash-total")).to_have_text(re.compile(r"Rp[1-9]"))  # what is owed is suggested
    assert serious(app.page) == []
    app.press("cash-make")
    address = str(app.see("cash-paper").get_attribute("data-address"))
    expect(app.at("cash-state")).to_have_attribute("data-state", "unsent")
    assert serious(app.page) == []

    see_state(member, address, "missing")  # genuine, not yet delivered
    expect(member.page.locator("body")).to_contain_text(worker.name)
    assert serious(member.page) == []
    at = len(address) - 40
    forged = address[:at] + ("A" if address[at] != "A" else "B") + address[at + 1 :]
    see_state(member, forged, "forged")
    app.go("#/cash/check")
    app.type("cash-paste", address)
    app.press("cash-check-it")
    expect(app.at("cash-verdict")).to_have_attribute("data-verdict", "genuine", timeout=MAX_WAIT_MS)
    app.type("cash-paste", forged)
    app.press("cash-check-it")
    expect(app.at("cash-verdict")).to_have_attribute("data-verdict", "forged")

    app.come_back()
    app.go("#/outbox")
    app.press("send-now")
    app.sync_until(0)
    see_state(member, address, "held")  # the agent has the money, the bank does not
    app.go("#/cash/deposit")
    app.press("deposit-make")
    code = str(app.see("deposit-code").get_attribute("data-code"))
    assert serious(app.page) == []
    pay(field, [code])
    see_state(member, address, "settled")
    app.go("#/cash")
    expect(app.at("cash-held")).to_have_attribute("data-held", str(held), timeout=MAX_WAIT_MS)

"""An agent's target on the phone: ring, needed a day and place; kept without signal, with its age; moved by what the server counts.

And what the worker pays with: the QRIS code of the slip is read back from the picture on a small screen.
"""

import base64
import json
import math
import re
import time
from calendar import monthrange
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Route, ViewportSize, expect

from tests.e2e.app import MAX_WAIT_MS, FieldApp, path_of, workers
from tests.e2e.axe import serious
from tests.running import Running

AGENT = 4
"""Fitri Handayani, of a regency of KC Jambi: enough agents are alike for a place."""
PERSON = 46
PULL = "/api/v1/sync/pull"
LATER_MINUTES = 7
SMALLEST: ViewportSize = {"width": 320, "height": 568}
LATER = f"""const real = Date.now.bind(Date);
if (localStorage.getItem("test.later")) Date.now = () => real() + {LATER_MINUTES * 60_000};"""
JSQR = Path(__file__).parents[2] / "frontend/node_modules/jsqr/dist/jsQR.js"
READ = """async (address) => {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: picture.width, height: picture.height });
  const paint = canvas.getContext("2d");
  paint.drawImage(picture, 0, 0);
  const { data, width, height } = paint.getImageData(0, 0, canvas.width, canvas.height);
  return jsQR(data, width, height)?.data ?? null;
}"""


def test_ring_stands_without_signal_and_moves_by_what_the_server_counts(phone: FieldApp, field: Running) -> None:
    app = phone
    app.context.add_init_script(LATER)
    # Codes of their own: other tests may have used this agent's.
    app.activate(json.loads(field.run("demo", "--credentials").stdout)["agents"][AGENT]["activation_code"])
    app.wait_ready_for_offline()
    me = pull(app)
    app.go("#/")
    done = see_target(app, me)
    place = see_place(app, me)

    app.go_offline()
    (worker,) = workers(1, PERSON)
    op = app.enrol(worker)
    app.page.evaluate("localStorage.setItem('test.later', '1')")
    app.go("#/")
    app.reload()
    app.come_in()
    app.go("#/")
    see_age(app)
    assert see_target(app, me) == done, "what nobody has counted moves no ring"
    expect(app.see("target-waiting")).to_have_attribute("data-waiting", "1")
    expect(app.at("today-enrolled")).to_have_text(str(me["today"]["enrolled"]))
    assert app.unsent() == 1
    assert serious(app.page) == []

    switch_place(app, "rank-hidden", 0)
    switch_place(app, "rank-shown", 1)
    assert see_place(app, me) == place

    app.page.evaluate("window.stays = true")
    app.come_back()
    expect(app.at("target")).to_have_attribute("data-done", str(done + 1), timeout=MAX_WAIT_MS)
    expect(app.at("target-waiting")).to_have_count(0, timeout=MAX_WAIT_MS)
    expect(app.page.locator(".ring__number")).to_have_text(str(done + 1))
    assert app.page.evaluate("window.stays"), "the page was not loaded anew"

    see_qris(app, op)


def switch_place(app: FieldApp, wanted: str, shown: int) -> None:
    """Off or on in the settings; it stays so after a load."""
    app.go("#/settings")
    app.choose(wanted)
    for is_loaded_anew in (False, True):
        if is_loaded_anew:
            app.reload()
            app.come_in()
        app.go("#/")
        app.see("target")
        expect(app.at("rank")).to_have_count(shown)


def see_qris(app: FieldApp, op: str) -> None:
    """Sum and code of the bill in the code on the slip, in the card and enlarged, on the smallest screen."""
    app.go(f"#/member/{op}")
    expect(app.at("member-state")).to_have_attribute("data-state", "accepted", timeout=MAX_WAIT_MS)
    code = str(app.see("payment-code").get_attribute("data-code"))
    sum_shown = int(re.sub(r"\D", "", app.at("payment-amount").inner_text()))
    app.page.set_viewport_size(SMALLEST)
    app.go(f"#/slip/{op}")
    qris = app.see("slip-qris")
    said = fields_of(read_picture(app, qris.get_by_test_id("qr").first))
    assert (said["54"], fields(said["62"])["01"]) == (str(sum_shown), code)
    assert {tag: said[tag] for tag in ("00", "01", "53", "58")} == {"00": "01", "01": "12", "53": "360", "58": "ID"}
    qris.get_by_test_id("qr-large").click()
    large = app.see("large-qr").get_by_test_id("qr")
    assert fields_of(read_picture(app, large)) == said


def pull(app: FieldApp) -> dict[str, Any]:
    """What the server tells of the agent now."""
    told: list[dict[str, Any]] = []

    def listen(route: Route) -> None:
        answer = route.fetch()
        if answer.ok:
            told.append(answer.json()["me"])
        route.fulfill(response=answer)

    app.page.route(is_pull, listen)
    app.go("#/outbox")
    until = time.monotonic() + MAX_WAIT_MS / 1000
    while not told:  # a round that was under way already is not listened to
        assert time.monotonic() < until, "the phone asks for nothing"
        app.press("send-now")
        app.page.wait_for_timeout(250)
    app.page.unroute(is_pull, listen)
    return told[-1]


def is_pull(url: str) -> bool:
    return path_of(url) == PULL


def see_target(app: FieldApp, me: dict[str, Any]) -> int:
    """Ring, target and what is needed a day, by the server's own figures; how many are done."""
    done, target = me["month"]["accepted"], me["target_month"]
    today = datetime.fromtimestamp(me["as_of_ms"] / 1000, ZoneInfo(me["branch"]["timezone"])).date()
    missing = max(target - done, 0)
    needed = math.ceil(missing / max(days_left(today, set(me["days_off"])), 1))
    card = app.see("target")
    for name, value in (("done", done), ("target", target), ("needed", needed)):
        expect(card).to_have_attribute(f"data-{name}", str(value), timeout=MAX_WAIT_MS)
    expect(card.get_by_role("img")).to_have_attribute("aria-label", re.compile(rf"^{done} .* {target} "))
    expect(card).to_contain_text(str(needed) if missing else "tercapai")
    return int(done)


def days_left(today: date, off: set[str]) -> int:
    last = monthrange(today.year, today.month)[1]
    return sum(today.replace(day=day).isoformat() not in off for day in range(today.day, last + 1))


def see_place(app: FieldApp, me: dict[str, Any]) -> str:
    """The place as the server told it; early in a month, why there is none yet."""
    rank = me["rank"]
    assert rank is not None
    line = app.see("rank")
    if rank["place"] is None:
        expect(line).to_contain_text("Belum ada urutan")
    else:
        expect(line).to_contain_text(f"Urutan {rank['place']} dari {rank['of']} ")
    return str(line.inner_text())


def see_age(app: FieldApp) -> None:
    """The figures say how old they are, and the phone's own clock tells that."""
    age = re.search(r"(\d+) menit lalu", app.see("figures-age").inner_text())
    assert age is not None
    assert int(age.group(1)) >= LATER_MINUTES


def read_picture(app: FieldApp, code: Locator) -> str:
    """What a scanner reads from these points of the screen, by the reader that the app ships."""
    # Out from under the foot, as a thumb would.
    code.evaluate("code => code.scrollIntoView({ block: 'start' })")
    picture = base64.b64encode(code.screenshot()).decode()
    page = app.context.new_page()
    try:
        page.evaluate(JSQR.read_text(encoding="utf-8"))
        found = page.evaluate(READ, f"data:image/png;base64,{picture}")
    finally:
        page.close()
    assert isinstance(found, str), "no scanner reads this"
    return found


def fields_of(payload: str) -> dict[str, str]:
    """EMVCo: tag, length, value; the last is the checksum of all before it."""
    assert payload[-8:-4] == "6304"
    assert int(payload[-4:], 16) == crc16(payload[:-4])
    return fields(payload)


def fields(text: str) -> dict[str, str]:
    found = {}
    while text:
        tag, length = text[:2], int(text[2:4])
        assert len(text) >= 4 + length
        found[tag], text = text[4 : 4 + length], text[4 + length :]
    return found


def crc16(text: str) -> int:
    """CRC-16/CCITT-FALSE."""
    crc = 0xFFFF
    for byte in text.encode():
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc

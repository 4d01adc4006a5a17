"""How long until the app can be used: until a press of the button that matters is answered on the screen."""

import statistics
from typing import Any

from playwright.sync_api import Browser

from bench._phone_page import Figure, SlowPhone, figure, slow_phone, wait_until
from bench._phone_world import Agent

LOADS = 5
FIRST_MS, SECOND_MS = 3000, 1000

# Presses what is asked for as soon as it is there, frame by frame, and notes when the answer has been painted.
PRESS = """
window.__pressed = null; window.__usable = null;
(() => {
  const PAIRS = [
    ["[data-testid=activate]", ".field--error, [data-testid=activation-error]"],
    ["[data-testid=nav-settings]", "[data-testid=nav-settings][aria-current=page]"],
    ["[data-testid=pin-1]", "[data-testid=pin-entry]:not([data-count='0'])"],
  ];
  let answer = null;
  const painted = then => requestAnimationFrame(() => {
    const port = new MessageChannel();
    port.port1.onmessage = then;
    port.port2.postMessage(0);
  });
  const look = () => {
    if (answer === null) {
      const pair = PAIRS.find(([button]) => document.querySelector(button)?.checkVisibility());
      if (pair) {
        window.__pressed = performance.now();
        answer = pair[1];
        document.querySelector(pair[0]).click();
      }
    }
    if (answer !== null && document.querySelector(answer)) {
      painted(() => { window.__usable = performance.now(); });
      return;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


def measure_load(browser: Browser, origin: str, agent: Agent) -> list[Figure]:
    """First: an empty browser. Second: the app is installed, nobody is activated. Third: an activated phone."""
    first, second = [], []
    for _ in range(LOADS):
        with slow_phone(browser, origin, script=PRESS) as phone:
            first.append(_load(phone))
            phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
            # What the worker still fetches is not part of the next start.
            phone.page.wait_for_timeout(500)
            second.append(_load(phone))
    return [
        _figure("load first", first, FIRST_MS),
        _figure("load second", second, SECOND_MS),
        _figure("load activated", _activated(browser, origin, agent), SECOND_MS),
    ]


def _activated(browser: Browser, origin: str, agent: Agent) -> list[dict[str, float]]:
    found = []
    with slow_phone(browser, origin) as phone:
        phone.app.activate(agent.new_code())
        phone.app.wait_ready_for_offline()
        phone.app.context.add_init_script(PRESS)
        for _ in range(LOADS):
            phone.page.goto("about:blank")
            found.append(_load(phone))
    return found


def _load(phone: SlowPhone) -> dict[str, float]:
    page = phone.page
    before = len(phone.line.requests)
    page.goto(f"{phone.app.origin}/app/", wait_until="commit")
    wait_until(page, "window.__usable")
    usable, pressed, paint = page.evaluate(f"[window.__usable, window.__pressed, {PAINT}]")
    return {"usable": usable, "pressed": pressed, "paint": paint, "requests": len(phone.line.requests) - before}


def _figure(what: str, runs: list[dict[str, float]], goal: float) -> Figure:
    def middle(name: str) -> int:
        return round(statistics.median(run[name] for run in runs))

    more: dict[str, Any] = {"paint": middle("paint"), "there": middle("pressed"), "requests": middle("requests")}
    return figure(what, middle("usable"), "ms", goal, runs=[round(run["usable"]) for run in runs], **more)

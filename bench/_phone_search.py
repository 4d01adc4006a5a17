"""Search over all members of an agent: from each key press to the frame that shows what it found."""

import statistics

from playwright.sync_api import Browser

from bench._phone_page import Figure, figure, slow_phone, wait_until
from bench._phone_world import Agent

QUERIES = ("sit w", "bud s", "har", "nu l", "zu s", "eka m", "ra t", "in s", "wa y", "su r")
"""Nearly every key changes what is found; a key that does not is not counted."""
GOAL_MS = 100
QUIET_MS = 350

# After a trusted key press, notes when the last change of the screen that followed it was painted; the frame around it
# (a state of the line, an age) changes by itself and is not what was looked for.
WATCH = """
window.__key = null; window.__painted = null; window.__moved = 0;
document.addEventListener("keydown", event => { window.__key = event.timeStamp; window.__painted = null; }, true);
new MutationObserver(changes => {
  const screen = document.querySelector("[data-testid=screen-members]");
  if (window.__key === null || !changes.some(change => screen?.contains(change.target))) return;
  const turn = ++window.__moved;
  requestAnimationFrame(() => {
    const port = new MessageChannel();
    port.port1.onmessage = () => { if (turn === window.__moved) window.__painted = performance.now(); };
    port.port2.postMessage(0);
  });
}).observe(document, { subtree: true, childList: true, characterData: true });
"""
QUIET = """quiet => new Promise(done => {
  let seen = window.__moved, at = performance.now();
  const look = () => {
    if (window.__moved !== seen) { seen = window.__moved; at = performance.now(); }
    if (performance.now() - at > quiet) done(window.__painted === null ? null : window.__painted - window.__key);
    else setTimeout(look, 50);
  };
  look();
})"""


def measure_search(browser: Browser, origin: str, agent: Agent, members: int) -> list[Figure]:
    with slow_phone(browser, origin, script=WATCH) as phone:
        app, page = phone.app, phone.page
        app.activate(agent.new_code())
        app.go("#/members")
        rows = app.see("rows")
        wait_until(page, f"Number(document.querySelector('[data-testid=rows]')?.dataset.count) >= {members}")
        page.wait_for_timeout(1000)
        phone.line.cut(3600)  # no round of sync in between
        times = []
        for query in QUERIES:
            app.press("member-search")
            for key in query:
                page.keyboard.press(key)
                took = page.evaluate(QUIET, QUIET_MS)
                if took is not None:
                    times.append(took)
            assert int(rows.get_attribute("data-count") or 0) > 0, query
            page.keyboard.press("Control+A")
            page.keyboard.press("Backspace")
            page.evaluate(QUIET, QUIET_MS)
    times.sort()
    return [figure("search p95", times[int(len(times) * 0.95)], "ms", GOAL_MS, median=round(statistics.median(times)),
                   worst=round(times[-1]), keys=len(times))]  # fmt: skip

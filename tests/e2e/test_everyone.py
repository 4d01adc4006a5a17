"""For everyone: every screen of the field app in sunlight and at night, in large text, with one hand, and read aloud."""

from collections.abc import Callable

from playwright.sync_api import Browser

from tests.e2e.app import FieldApp
from tests.e2e.chromium import PHONE
from tests.e2e.everyone import broken_words, covered, ill_spoken, out_of_reach, rules_broken, too_small, wide_or_cut
from tests.e2e.walk import walk, walk_where_it_cannot_run
from tests.running import Running

AGENT = 5
"""Of KC Jambi; nobody else's test uses this phone."""
PLACE = 8
"""Of its workers among those of all browser tests."""
LARGEST = "size => { document.documentElement.style.fontSize = size; dispatchEvent(new Event('resize')) }"
Found = dict[str, list[str]]


def test_everybody_can_use_every_screen(browser: Browser, field: Running) -> None:
    context = browser.new_context(**PHONE)
    found: Found = {}
    app = FieldApp(context, field.origin)
    stops = []
    for stop in walk(app, field.credentials()["agents"][AGENT]["activation_code"], PLACE):
        stops.append(stop)
        look(app, stop, found)
    context.close()
    unable = browser.new_context(**PHONE)
    look(walk_where_it_cannot_run(unable, field.origin), "unsupported", found)
    unable.close()
    assert len(stops) >= 30
    assert {name: each for name, each in found.items() if each} == {}


def look(app: FieldApp, stop: str, found: Found) -> None:
    """Notes under ``found`` what is wrong with the screen that is shown; leaves it as it was."""
    page = app.page
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        found[f"{stop}, {scheme}"] = rules_broken(page)
    found[f"{stop}, spoken"] = ill_spoken(page, "id")
    found[f"{stop}, reach"] = [*too_small(page), *out_of_reach(page)]
    _note(found, stop, wide_or_cut, covered, app=app)
    page.evaluate(LARGEST, "200%")
    _note(found, f"{stop} at 200 %", wide_or_cut, covered, broken_words, app=app)
    page.evaluate(LARGEST, "100%")


def _note(found: Found, what: str, *looks: Callable[..., list[str]], app: FieldApp) -> None:
    found[what] = [each for one in looks for each in one(app.page)]

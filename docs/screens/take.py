"""``make screens``: a picture of every screen of the demo, in both languages, the field app's at night too, and an index page.

    docs/screens/take.py [--data DIR] [--only PART] [--like REGEX]

Phones are 360 x 740, laptops 1366 x 768, walls 1920 x 1080. Pictures are WebP of at most 60 kB. Without ``--data`` the demo is a
fresh one; ``--like`` takes only the console's screens of these names anew.
"""

import argparse
import base64
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright  # noqa: E402 - the path comes first

from tests.e2e.app import FieldApp  # noqa: E402
from tests.e2e.desk import Desk  # noqa: E402
from tests.e2e.walk import walk, walk_money, walk_where_it_cannot_run  # noqa: E402
from tests.running import Running, run_demo  # noqa: E402

HERE = Path(__file__).parent
LANGUAGES = ("id", "en")
MOST_BYTES = 60_000
QUALITIES = (82, 70, 58, 45, 30, 18)
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "timezone_id": "Asia/Jakarta"}
LAPTOP: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}, "timezone_id": "Asia/Jakarta"}
WALL: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}, "timezone_id": "Asia/Jakarta"}
AGENTS = {"id": 5, "en": 2}
"""Whose phone is shown in which language: agents of KC Jambi, by their place in the credentials."""
YESTERDAY = datetime.now(ZoneInfo("Asia/Jakarta")).date() - timedelta(days=1)
TWO_YEARS = ("demo", "--no-simulate")
PAST = f"?as_of={YESTERDAY}&compare=month"
LIVE_PARTS = {"live-funnel": ".live-funnel", "live-below": ".live-feed-panel", "live-leaders": "[data-leaders]"}
ON_A_PHONE = {
    "home": "/console/", "live": "/console/live/", "members": "/console/members/", "review": "/console/members/reviews/>",
    "employer": "/console/employers/>", "group": "/console/payers/groups/>", "custody": "/console/custody/",
    "live-sub-branch": "/console/live/sub_branch/150111/", "live-agency-office": "/console/live/agency_office/150121/",
    "past": f"/console/live/branch/1501/{PAST}", "map": "/console/live/branch/1501/map/",
    "targets-tree": "/console/targets/", "plan": "/console/targets/plan/1501/", "proposals": "/console/targets/mine/",
    "targets": "/console/targets/quota/1501/", "labour-force": "/console/targets/labour/1501/",
    "calendar": "/console/offices/1501/calendar/",
    "alerts": "/console/alerts/", "alert-rules": "/console/alerts/settings/",
    "reports": "/console/reports/", "report": f"/console/reports/branch/1501/monthly/{YESTERDAY}/",
}  # fmt: skip
ON_A_PHONE_ABOVE = {
    "live-nation": "/console/live/", "live-region": "/console/live/region/15/", "past-nation": f"/console/live/nation/all/{PAST}",
    "map-nation": "/console/live/nation/all/map/", "quota-requests": "/console/targets/quota/requests/",
    "feeds": "/console/feeds/",
}  # fmt: skip
ON_A_WALL = {
    "live": "/console/live/branch/1501/?wall=sub_branch/150111,agency_office/150121&every=600",
    "live-sub-branch": "/console/live/sub_branch/150111/?wall", "live-agency-office": "/console/live/agency_office/150121/?wall",
    "past": f"/console/live/branch/1501/{PAST}", "map": "/console/live/branch/1501/map/",
}  # fmt: skip
ON_A_WALL_ABOVE = {
    "live-nation": "/console/live/?wall", "live-region": "/console/live/region/15/?wall",
    "map-nation": "/console/live/nation/all/map/",
}  # fmt: skip


@dataclass
class Album:
    """Pictures taken, by part: ``{"field": {"home": {"id", "en"}}}``."""

    folder: Path
    like: str = ""
    parts: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)

    def chosen(self, pages: dict[str, str]) -> dict[str, str]:
        return {name: path for name, path in pages.items() if re.search(self.like, name)}

    def take(self, page: Page, part: str, name: str, language: str) -> None:
        """The page as it is seen, without scrolling."""
        if not re.search(self.like, name):
            return
        page.evaluate("document.fonts.ready.then(() => true)")
        session = page.context.new_cdp_session(page)
        for quality in QUALITIES:
            answer = session.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
            data = base64.b64decode(answer["data"])
            if len(data) <= MOST_BYTES:
                break
        session.detach()
        file = f"{part}-{name}.{language}.webp"
        (self.folder / file).write_bytes(data)
        self.parts.setdefault(part, {}).setdefault(name, {})[language] = file
        print(f"{file}: {len(data) // 1000} kB", flush=True)


def main() -> int:
    options = _arguments()
    folder = options.data or Path(tempfile.mkdtemp(prefix="perisai-screens-"))
    album = Album(HERE, options.like)
    with run_demo(folder, command=TWO_YEARS) as running, chromium() as browser:
        for part in options.only or ("field", "portal", "console"):
            PARTS[part](album, browser, running)
    if not options.like:
        _remove_others(album)
    _add_others(album)
    (HERE / "README.md").write_text(_index(album), encoding="utf-8")
    if options.data is None:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


@contextmanager
def chromium() -> Iterator[Browser]:
    path = os.environ.get("PERISAI_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def _context(browser: Browser, size: dict[str, Any], language: str) -> BrowserContext:
    return browser.new_context(**size, locale="id-ID" if language == "id" else "en-GB", reduced_motion="reduce")


def field_app(album: Album, browser: Browser, running: Running) -> None:
    """Every stop of the walk by day in both languages, and at night in Indonesian."""
    for place, language in enumerate(LANGUAGES):
        context = _context(browser, PHONE, language)
        if language != "id":
            context.add_init_script(SPEAK.replace("LANGUAGE", language))
        app = FieldApp(context, running.origin)
        code = running.credentials()["agents"][AGENTS[language]]["activation_code"]
        for stop in walk(app, code, place):
            _take_by_day_and_night(album, app.page, stop, language)
        for stop in walk_money(app):
            _take_by_day_and_night(album, app.page, stop, language)
        context.close()
        unable = _context(browser, PHONE, language)
        _take_by_day_and_night(album, walk_where_it_cannot_run(unable, running.origin).page, "unsupported", language)
        unable.close()


SPEAK = """localStorage.getItem("perisai.preferences") ?? localStorage.setItem("perisai.preferences", '{"language": "LANGUAGE"}')"""


def _take_by_day_and_night(album: Album, page: Page, stop: str, language: str) -> None:
    page.emulate_media(color_scheme="light")
    album.take(page, "field", stop, language)
    if language == "id":
        page.emulate_media(color_scheme="dark")
        album.take(page, "field", stop, "id-dark")
        page.emulate_media(color_scheme="light")


def portal(album: Album, browser: Browser, running: Running) -> None:
    links = {
        "pay": _pay_link(running, "accepted"), "paid": _pay_link(running, "active"), "wrong": "/p/bukan-tautan",
        "ended": _pay_link(running, "lapsed"), "months-ahead": f"{_pay_link(running, 'active')}/bulan",
        "become-agent": "/daftar-agen/?kantor=1501", "find-application": "/daftar-agen/cek/", "become-office": "/daftar-kantor/",
        "check-agent": "/agen/", "check-receipt": "/kuitansi/", "forged-receipt": "/kuitansi/AAAA", "check-paper": "/cek-dokumen/",
        **_own_links(running),
    }  # fmt: skip
    for language in LANGUAGES:
        desk = Desk(_context(browser, PHONE, language), running.origin)
        for name, path in {"front": "/", **links}.items():
            desk.open(path)
            _speak(desk, language)
            album.take(desk.page, "portal", name, language)
        desk.context.close()


def _own_links(running: Running) -> dict[str, str]:
    """What a coordinator, a payer of many bills, an employer and somebody who was reminded have in their messages."""
    return _links(
        running,
        """
from perisai.employers import link as employer
from perisai.payers import link as group
from perisai.payments.orders import link as order_link
from perisai.reminders import link as reminder
with Work.open(scope=Scope.branch(1501)) as work:
    one = lambda sql: work.row(sql + " ORDER BY 1 LIMIT 1")
    if row := one("SELECT id FROM payers_coordinator WHERE branch_id = 1501 AND until IS NULL"):
        print("LINK group", group.LINKS.make(1501, row[0]))
    if row := one("SELECT id, pay_by FROM payments_order WHERE branch_id = 1501 AND state = 'open'"):
        print("LINK order", order_link.make(branch_id=1501, order_id=row[0], pay_by=row[1]))
    if row := one("SELECT id FROM reminders_reminder WHERE branch_id = 1501"):
        print("LINK reminder", reminder.PATH + reminder.make(1501, row[0]))
    if row := one("SELECT employer_id FROM employers_bill WHERE branch_id = 1501"):
        address, _ = employer.make(work, branch_id=1501, employer_id=row[0], today=work.now.date())
        print("LINK employer", address.removeprefix(settings.ORIGIN))
""",
    )


def _links(running: Running, sql: str) -> dict[str, str]:
    begin = "from django.conf import settings\nfrom perisai.events.scope import Scope\nfrom perisai.events.work import Work\n"
    said = running.run("manage", "shell", "-c", begin + sql).stdout
    return dict(line.split()[1:3] for line in said.splitlines() if line.startswith("LINK"))


def _pay_link(running: Running, state: str) -> str:
    """A link as a worker gets it, of somebody in this state."""
    newest = f"SELECT id FROM members_enrolment WHERE state = '{state}' ORDER BY captured_on DESC LIMIT 1"
    sql = f"""
from datetime import timedelta
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.portal import link
with Work.open(scope=Scope.branch(1501)) as work:
    row = work.row("{newest}")
    print("LINK", link.make(branch_id=1501, enrolment_id=row[0], expires_at=work.now + timedelta(days=3)))
"""
    said = running.run("manage", "shell", "-c", sql).stdout
    return next(line.split()[1] for line in said.splitlines() if line.startswith("LINK"))


def console(album: Album, browser: Browser, running: Running) -> None:
    login = _login(running, "kepala.jambi")
    for language in reversed(LANGUAGES):
        desk = Desk(_context(browser, LAPTOP, language), running.origin)
        desk.open("/accounts/login/")
        _speak(desk, language)
        album.take(desk.page, "console", "login", language)
        desk.give_password(login["username"], login["password"])
        desk.page.locator("[name=code]").wait_for()
        album.take(desk.page, "console", "login-second-step", language)
    desk.log_in_second(login)
    for language in LANGUAGES:
        desk.open("/console/")
        _speak(desk, language)
        agent = running.credentials()["agents"][0]["id"]
        _console_pages(album, desk, running, language)
        _on(album, browser, desk, language, "phone", ON_A_PHONE | {"live-agent": f"/console/live/agent/{agent}/"})
        _on(album, browser, desk, language, "wall", ON_A_WALL | {"live-agent": f"/console/live/agent/{agent}/?wall"})
    desk.context.close()
    upper = Desk(_context(browser, LAPTOP, "id"), running.origin)
    upper.log_in(_login(running, "pusat"))
    for language in LANGUAGES:
        upper.open("/console/")
        _speak(upper, language)
        _console_above(album, upper, language)
        _on(album, browser, upper, language, "phone", ON_A_PHONE_ABOVE)
        _on(album, browser, upper, language, "wall", ON_A_WALL_ABOVE)
    upper.context.close()


def _console_above(album: Album, desk: Desk, language: str) -> None:
    """What head office sees besides."""
    pages = {
        "live-nation": "/console/live/", "live-region": "/console/live/region/15/", "targets-nation": "/console/targets/quota/",
        "past-nation": f"/console/live/nation/all/?as_of={YESTERDAY}&compare=year", "map-nation": "/console/live/nation/all/map/",
        "targets-head": "/console/targets/", "plan-head": "/console/targets/plan/1/",
        "quota-requests": "/console/targets/quota/requests/", "feeds": "/console/feeds/",
        "report-region": "/console/reports/region/15/",
        "banks": "/console/payments/banks/", "bank": "/console/payments/banks/demo-hmac/",
        "channels": "/console/payments/banks/demo-hmac/channels/", "rule-changes": "/console/rules/changes/",
        "rule-change": "/console/rules/changes/>", "rule-new": "/console/rules/new/bpu_tariff.yaml/",
        "reconciliation": "/console/reconciliation/", "difference": "/console/reconciliation/>",
        "statements": "/console/reconciliation/accounts/demo-hmac/",
    }  # fmt: skip
    for name, path in album.chosen(pages).items():
        desk.open(path.rstrip(">"))
        if path.endswith(">"):
            _first_row(desk)
        if name.startswith("live"):
            _wait_for_live(desk)
        album.take(desk.page, "console", name, language)
        if name == "live-region":
            desk.page.locator("[data-leaders]").evaluate("part => part.scrollIntoView()")
            album.take(desk.page, "console", "live-region-leaders", language)


def _wait_for_live(desk: Desk) -> None:
    desk.page.locator(".live-state.done").wait_for()
    desk.page.locator(".live-figures").first.wait_for()


def _console_pages(album: Album, desk: Desk, running: Running, language: str) -> None:
    agent = running.credentials()["agents"][0]["id"]
    pages = {
        "home": "/console/", "live": "/console/live/", "live-agent": f"/console/live/agent/{agent}/",
        "live-sub-branch": "/console/live/sub_branch/150111/", "live-agency-office": "/console/live/agency_office/150121/",
        "members": "/console/members/", "member": "/console/members/?state=active>",
        "reviews": "/console/members/reviews/", "review": "/console/members/reviews/>",
        "core": "/console/members/core/", "agents": "/console/agents/", "agent": f"/console/agents/{agent}/",
        "agencies": "/console/agencies/", "agency": "/console/agencies/1501/150121/",
        "candidates-board": "/console/recruitment/", "candidates": "/console/recruitment/list/",
        "candidate": "/console/recruitment/list/?state=applied>",
        "training": "/console/training/", "my-courses": "/console/training/mine/",
        "who-lacks-courses": "/console/training/missing/",
        "exams": "/console/exams/", "questions": "/console/exams/1501/questions/", "attempts": "/console/exams/1501/attempts/",
        "exam-statistics": "/console/exams/1501/statistics/", "licences": "/console/agents/licences/",
        "licence": f"/console/agents/1501/{agent}/licence/", "placement": f"/console/agents/1501/{agent}/placement/",
        "coverage": "/console/agents/coverage/1501/", "supervision": "/console/supervision/",
        "file": f"/console/supervision/1501/{agent}/", "handover": f"/console/supervision/1501/handover/{agent}/",
        "go-live": "/console/golive/",
        "past": f"/console/live/branch/1501/?as_of={YESTERDAY}&compare=month", "map": "/console/live/branch/1501/map/",
        "targets": "/console/targets/quota/1501/", "targets-tree": "/console/targets/",
        "plan": "/console/targets/plan/1501/", "proposals": "/console/targets/mine/",
        "labour-force": "/console/targets/labour/1501/", "alerts": "/console/alerts/", "alert-rules": "/console/alerts/settings/",
        "reports": "/console/reports/", "report": f"/console/reports/branch/1501/monthly/{YESTERDAY}/",
        "payments": "/console/payments/",
        "notifications": "/console/payments/notifications/", "notification": "/console/payments/notifications/?state=suspense>",
        "employers": "/console/employers/", "employer": "/console/employers/>", "employer-new": "/console/employers/new/",
        "groups": "/console/payers/groups/", "group": "/console/payers/groups/>",
        "sponsors": "/console/payers/sponsors/", "sponsor": "/console/payers/sponsors/>",
        "funding-ends": "/console/payers/sponsors/ending/", "bill-runs": "/console/contributions/runs/",
        "rules": "/console/rules/", "reminders": "/console/reminders/", "cases": "/console/reminders/?tab=cases",
        "case": "/console/reminders/?tab=cases>", "visits": "/console/reminders/?tab=visits",
        "texts": "/console/messages/", "text-settings": "/console/messages/settings/",
        "orders": "/console/payments/orders/", "order": "/console/payments/orders/>",
        "order-new": "/console/payments/orders/new/", "held": "/console/payments/held/",
        "refunds": "/console/payments/refunds/", "mandates": "/console/payments/mandates/",
        "books": "/console/payments/books/", "account": "/console/payments/books/>", "custody": "/console/custody/",
        "custody-agent": "/console/custody/>", "custody-review": "/console/custody/?tab=review",
        "receipts": "/console/custody/?tab=receipts", "receipt": "/console/custody/?tab=receipts>",
        "paper-books": "/console/custody/books/", "exports": "/console/documents/exports/",
        "calendar": "/console/offices/1501/calendar/",
        "devices": "/console/accounts/devices/", "device": f"/console/accounts/devices/{agent}/",
        "offices": "/console/offices/", "office": "/console/offices/150121/", "office-new": "/console/offices/1501/new/",
        "users": "/console/accounts/users/", "user": "/console/accounts/users/>", "user-new": "/console/accounts/users/new/",
        "me": "/console/accounts/me/", "sessions": "/accounts/sessions/", "second-factor": "/accounts/2fa/",
        "refused": "/console/live/branch/1502/",
    }  # fmt: skip
    for name, path in album.chosen(pages).items():
        desk.open(path.rstrip(">"))
        if path.endswith(">"):
            _first_row(desk)
        if name.startswith("live"):
            _wait_for_live(desk)
        album.take(desk.page, "console", name, language)
        for part, where in LIVE_PARTS.items() if name == "live" else ():
            desk.page.locator(where).evaluate("part => part.scrollIntoView()")
            album.take(desk.page, "console", part, language)
    desk.open(f"/console/accounts/devices/{agent}/")
    code = desk.page.locator("form[action$='/code/'] button")
    if code.count():
        code.click()
        desk.page.locator("img.qr").wait_for()
        album.take(desk.page, "console", "activation-code", language)


def _on(album: Album, browser: Browser, desk: Desk, language: str, size: str, pages: dict[str, str]) -> None:
    """The same login at another size: pictures ``<name>-<size>``."""
    sizes = {"phone": PHONE, "wall": WALL}
    other = Desk(browser.new_context(**sizes[size], storage_state=desk.context.storage_state()), desk.origin)
    for name, path in album.chosen(pages).items():
        other.open(path.rstrip(">"))
        if path.endswith(">"):
            _first_row(other)
        if name.startswith("live"):
            other.page.locator(".live-state.done").wait_for()
        album.take(other.page, "console", f"{name}-{size}", language)
        for part, where in LIVE_PARTS.items() if (name, size) == ("live", "phone") else ():
            other.page.locator(where).evaluate("part => part.scrollIntoView()")
            album.take(other.page, "console", f"{part}-{size}", language)
    other.context.close()


def _first_row(desk: Desk) -> None:
    link = desk.page.locator("tr[data-row] a").first
    if link.count():
        desk.open(str(link.get_attribute("href")))


def _speak(desk: Desk, language: str) -> None:
    """Presses the other language's button where the page speaks the wrong one."""
    if desk.page.locator("html").get_attribute("lang") != language:
        desk.page.locator(f"button[name=language][value={language}]").first.click()
        desk.page.locator(f"html[lang={language}]").wait_for(state="attached")


def _login(running: Running, username: str) -> dict[str, Any]:
    return next(login for login in running.credentials()["logins"] if login["username"] == username)


def _remove_others(album: Album) -> None:
    """Pictures of screens that are no more, of the parts that were taken."""
    taken = {file for names in album.parts.values() for files in names.values() for file in files.values()}
    for part in album.parts:
        for file in HERE.glob(f"{part}-*.webp"):
            if file.name not in taken:
                file.unlink()


def _add_others(album: Album) -> None:
    """Pictures that were not taken this time."""
    for part in PARTS:
        for file in sorted(HERE.glob(f"{part}-*.webp")):
            name, language, _ = file.name.removeprefix(f"{part}-").rsplit(".", 2)
            album.parts.setdefault(part, {}).setdefault(name, {})[language] = file.name
    album.parts = {part: dict(sorted(album.parts[part].items())) for part in PARTS if part in album.parts}


def _index(album: Album) -> str:
    titles = {
        "field": "Field app (phone, 360 x 740)",
        "console": "Console (laptop, 1366 x 768; phone, 360 x 740; wall, 1920 x 1080)",
        "portal": "Public pages (phone)",
    }
    lines = ["# Screens", "", "Taken by `make screens` with the demo's data. All people are synthetic.", ""]
    for part, names in album.parts.items():
        columns = {"id": "Bahasa Indonesia", **({"id-dark": "at night"} if part == "field" else {}), "en": "English"}
        lines += [f"## {titles[part]}", "", f"| | {' | '.join(columns.values())} |", "|---" * (len(columns) + 1) + "|"]
        for name, files in names.items():
            width = 180 if part != "console" or name.endswith("-phone") else 420
            shown = [
                f'<img src="{files[la]}" width="{width}" alt="{name}, {la}">' if la in files else "" for la in columns
            ]
            lines.append(f"| {name} | {' | '.join(shown)} |")
        lines.append("")
    return "\n".join(lines)


PARTS: dict[str, Callable[[Album, Browser, Running], None]] = {"field": field_app, "portal": portal, "console": console}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a demo's data folder to use, and to leave")
    parser.add_argument("--like", default="", help="a regular expression of names of the console's screens")
    parser.add_argument("--only", action="append", choices=sorted(PARTS))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

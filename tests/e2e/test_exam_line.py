"""An exam on a phone whose line drops: what was given is with the server, and the screen says what is not.

Size: two candidates, the practice exam of thirty questions, of which they answer the first few.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.e2e.app import MAX_WAIT_MS
from tests.e2e.axe import serious
from tests.e2e.chromium import PHONE, RESTART_MS
from tests.e2e.conftest import NewDesk
from tests.e2e.desk import Desk
from tests.e2e.mishaps.books import Books
from tests.e2e.test_field_to_live import kill_web, until
from tests.running import Running

NOT_SAVED = re.compile("Belum tersimpan: tidak ada sinyal")
SAVED = re.compile("✓ Tersimpan")
SCRIPT = re.compile(r"/console/exam[^/]*\.js")
TIME_OVER = re.compile("Waktu habis")


class Candidate:
    """A phone at an exam; ``seat_id`` names what the server keeps of it."""

    def __init__(self, browser: Browser, link: str, books: Books) -> None:
        self.browser, self.link, self.books = browser, link, books
        self.context: BrowserContext = browser.new_context(**PHONE)
        self.context.set_default_timeout(MAX_WAIT_MS)
        self.page: Page = self.context.new_page()
        self.attempt = ""

    def begin(self) -> None:
        before = self._newest()
        self.page.goto(self.link)
        self.page.locator("form[action$=mulai] button").click()
        self.at(1)
        self.attempt = self._newest()
        assert self.attempt != before

    def _newest(self) -> str:
        rows = self.books.rows("SELECT id::text FROM exams_attempt WHERE ended_at IS NULL ORDER BY started_at DESC")
        return str(rows[0][0]) if rows else ""

    def at(self, number: int) -> None:
        expect(self.page.locator(".exam-bar strong")).to_have_text(str(number), timeout=MAX_WAIT_MS)

    def choose(self, place: int = 0) -> None:
        self.page.locator(".exam-options label").nth(place).click()

    def says(self, words: re.Pattern[str], *, ms: int = MAX_WAIT_MS) -> None:
        expect(self.page.locator("#exam-state")).to_have_text(words, timeout=ms)

    def go_on(self) -> None:
        self.page.locator("#exam-form button.button:not(.quiet)").click()

    def offline(self, is_away: bool) -> None:
        self.context.set_offline(is_away)

    def lose_page(self) -> None:
        """As a phone does that needs its memory; what was only on the page is gone."""
        self.page.close()
        self.page = self.context.new_page()

    def kept(self) -> list[int]:
        """Positions whose answer the server has."""
        return [
            row[0]
            for row in self.books.rows(
                "SELECT position FROM exams_paper_line WHERE attempt_id = %s::uuid AND answer IS NOT NULL ORDER BY 1",
                self.attempt,
            )
        ]

    def seconds_left(self) -> int:
        shown = re.fullmatch(r"(\d+):(\d\d)", self.page.locator("[data-clock]").inner_text())
        assert shown
        return int(shown[1]) * 60 + int(shown[2])

    def other_tab(self) -> Page:
        page = self.context.new_page()
        page.goto(f"{self.link}?no=1")
        return page


@pytest.fixture
def candidates(browser: Browser, field: Running, new_desk: NewDesk) -> Iterator[Iterator[Candidate]]:
    """People in training, each with a personal link that an officer made."""
    desk, books, made = new_desk("petugas.jambi"), Books(field), list[Candidate]()

    def one_by_one() -> Iterator[Candidate]:
        for place in range(2):
            made.append(Candidate(browser, personal_link(desk, place), books))
            yield made[-1]

    yield one_by_one()
    for candidate in made:
        candidate.context.close()


def personal_link(desk: Desk, place: int) -> str:
    """To the practice exam, for the trainee at this place of the list."""
    desk.open("/console/exams/")
    desk.page.locator("tr[data-row]", has_text=re.compile("latihan", re.I)).locator("a").first.click()
    option = desk.page.locator("#trainee option", has_text=re.compile("pelatihan")).nth(place)
    name = option.inner_text().split(" · ")[0].strip()
    desk.page.locator("#trainee").select_option(str(option.get_attribute("value")))
    desk.page.locator("form:has(#trainee) button[type=submit]").click()
    row = desk.page.locator("tr", has_text=name).filter(has=desk.page.locator("[data-copy]"))
    return str(row.first.locator("[data-copy]").get_attribute("data-copy"))


def test_line_drops_in_the_middle_and_what_was_given_stays(
    candidates: Iterator[Candidate], field: Running, browser: Browser
) -> None:
    phone = next(candidates)
    phone.begin()
    for number in (1, 2):
        phone.at(number)
        phone.choose()
        phone.says(SAVED)
        phone.go_on()
    phone.at(3)

    phone.offline(True)
    phone.go_on()  # nothing chosen: all that was given is saved, and the next question waits for the line
    phone.says(re.compile("Semua jawaban Anda tersimpan"))
    phone.choose()
    phone.says(NOT_SAVED)
    assert serious(phone.page) == []
    assert phone.kept() == [1, 2]
    phone.go_on()
    phone.at(3)
    phone.offline(False)
    phone.at(4)
    assert phone.kept() == [1, 2, 3], "kept by the page and sent when the line was back"

    phone.offline(True)
    phone.choose()
    phone.says(NOT_SAVED)
    phone.lose_page()
    phone.offline(False)
    phone.page.goto(phone.link)
    phone.at(4)
    expect(phone.page.locator(".exam-options input:checked")).to_have_count(0)
    assert phone.kept() == [1, 2, 3], "the question on the screen is all that was lost"

    kill_web(field)
    phone.choose(1)
    phone.says(SAVED, ms=RESTART_MS)
    assert phone.kept() == [1, 2, 3, 4], "saved by itself when the server was there again"
    phone.go_on()
    phone.at(5)
    assert_told_of_others(phone, Candidate(browser, phone.link, phone.books))
    assert_clock_is_the_servers(phone)


def assert_told_of_others(phone: Candidate, second: Candidate) -> None:
    """Another phone goes on where the first one was; the first one and another tab hear of it."""
    second.page.goto(second.link)
    second.at(5)
    expect(second.page.locator("#exam-others")).to_contain_text("juga dibuka di HP lain")
    second.choose()
    second.says(SAVED)
    second.context.close()
    assert phone.kept() == [1, 2, 3, 4, 5]
    phone.page.reload()
    expect(phone.page.locator("#exam-others")).to_contain_text("juga dibuka di HP lain")
    expect(phone.page.locator("#exam-tabs")).to_be_hidden()
    tab = phone.other_tab()
    expect(phone.page.locator("#exam-tabs")).to_contain_text("tab lain")
    tab.close()


def assert_clock_is_the_servers(phone: Candidate) -> None:
    """A phone whose clock is hours wrong is shown the time that the server gives."""
    ((due_at,),) = phone.books.rows("SELECT due_at FROM exams_attempt WHERE id = %s::uuid", phone.attempt)
    phone.page.clock.set_fixed_time(datetime(2001, 1, 1, tzinfo=UTC))
    before = datetime.now(UTC)
    phone.page.reload()
    shown = phone.seconds_left()
    most, least = ((due_at - moment) / timedelta(seconds=1) for moment in (before, datetime.now(UTC)))
    assert least - 2 < shown < most + 2


def choose_before_the_page_is_ready(phone: Candidate) -> None:
    """A slow phone shows the question before its script has come: what is chosen then is saved when the script is there."""
    held = list[Route]()
    phone.page.route(SCRIPT, lambda route: held.append(route))
    phone.page.goto(f"{phone.link}?no=1", wait_until="commit")
    phone.at(1)
    phone.choose()
    until(lambda: bool(held) or phone.page.wait_for_timeout(50), "the page asks for its script")
    assert phone.kept() == []
    held[0].continue_()
    phone.says(SAVED)
    assert phone.kept() == [1]
    phone.page.unroute(SCRIPT)


def test_time_ends_while_the_line_is_down_and_what_was_saved_is_marked(candidates: Iterator[Candidate]) -> None:
    next(candidates)
    phone = next(candidates)
    phone.begin()
    choose_before_the_page_is_ready(phone)
    phone.go_on()
    phone.at(2)
    phone.page.clock.install()
    phone.page.reload()
    phone.offline(True)
    phone.choose()
    phone.says(NOT_SAVED)
    phone.page.clock.fast_forward((phone.seconds_left() + 1) * 1000)
    phone.says(TIME_OVER)
    assert phone.kept() == [1]
    phone.books.rows(
        "UPDATE exams_attempt SET due_at = clock_timestamp() - interval '1 min' WHERE id = %s::uuid RETURNING id",
        phone.attempt,
    )
    phone.offline(False)
    expect(phone.page.locator(".exam-topics")).to_be_visible()
    expect(phone.page.get_by_text("Waktu habis; jawaban yang tersimpan sudah dinilai.")).to_be_visible()
    ((ending, answers),) = phone.books.rows(
        "SELECT ending, answers FROM exams_result WHERE attempt_id = %s::uuid", phone.attempt
    )
    assert ending == "time"
    assert [at for at, answer in enumerate(answers, start=1) if answer is not None] == [1]

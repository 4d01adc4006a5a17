"""A course on a phone without signal, synced exactly once, and a class whose code is scanned in time."""

import re

from playwright.sync_api import expect

from tests.e2e.app import MAX_WAIT_MS, FieldApp
from tests.e2e.axe import serious
from tests.e2e.conftest import NewDesk
from tests.running import Running

AGENT = 7
HERE = {"latitude": -1.6101, "longitude": 103.6131, "accuracy": 12}
"""Where the demo world's class of today is."""


def _answer_rightly(app: FieldApp, answers: dict[str, str]) -> None:
    for question in app.at("question").all():
        text = question.locator("legend").inner_text()
        question.get_by_label(answers[text], exact=True).check()


def test_course_taken_offline_counts_once_and_a_code_works_only_now(
    phone: FieldApp, new_desk: NewDesk, field: Running
) -> None:
    app = phone
    app.context.grant_permissions(["geolocation"])
    app.context.set_geolocation(HERE)
    app.activate(field.credentials()["agents"][AGENT]["activation_code"])
    app.wait_ready_for_offline()
    app.go("#/courses")
    app.see("screen-courses")
    before = app.at("credit").inner_text()
    app.page.get_by_test_id("course").filter(has_text="Pembinaan mutu data").click()
    app.see("screen-course")
    app.press("download")
    app.see("on-phone")
    assert serious(app.page) == []

    app.go_offline()
    app.page.get_by_test_id("module").first.click()
    app.see("screen-module")
    app.press("finish-module")
    expect(app.page.get_by_text("Masih ada pertanyaan")).to_be_visible()
    _answer_rightly(app, {"Siapa yang memeriksa ulang isian sebelum disimpan?": "Agen bersama pekerja"})
    app.press("finish-module")
    expect(app.at("module-result")).to_contain_text("Kursus selesai.", timeout=MAX_WAIT_MS)
    assert serious(app.page) == []
    app.go("#/outbox")
    expect(app.at("op")).to_have_count(1, timeout=MAX_WAIT_MS)
    expect(app.at("op")).to_contain_text("Kursus: Alamat dan ahli waris")

    app.come_back()
    app.press("send-now")
    expect(app.at("op")).to_have_count(0, timeout=MAX_WAIT_MS)
    app.press("send-now")
    app.go("#/courses")
    card = app.page.get_by_test_id("course").filter(has_text="Pembinaan mutu data")
    expect(card).to_contain_text(re.compile(r"selesai \d"), timeout=MAX_WAIT_MS)
    assert _minutes(app.at("credit").inner_text()) == _minutes(before) + 30, "credited once"

    card.click()
    expect(app.at("finished")).to_be_visible()
    app.page.get_by_test_id("module").first.click()
    expect(app.at("to-course")).to_be_visible()
    expect(app.at("finish-module")).to_have_count(0)
    app.press("to-course")
    app.press("take-again")
    expect(app.at("module").first).to_contain_text("belum")
    app.go("#/courses")

    desk = new_desk("petugas.jambi")
    desk.open("/console/training/")
    desk.page.get_by_role("link", name="Kelas Dasar Perisai").click()
    desk.page.get_by_role("link", name="Tampilkan kode").click()
    shown = desk.page.locator(".lesson-digits")
    expect(shown).to_have_text(re.compile(r"^\d{4} \d{4}$"))
    first = shown.inner_text()
    app.press("attend")
    app.see("screen-attend")
    app.type("attend-code", "0000 0000")
    app.press("attend-send")
    expect(app.at("attend-refused")).to_be_visible(timeout=MAX_WAIT_MS)
    expect(shown).not_to_have_text(first)
    app.type("attend-code", shown.inner_text())
    app.press("attend-send")
    expect(app.at("attend-result")).to_have_text(re.compile("tercatat hadir"), timeout=MAX_WAIT_MS)
    desk.page.go_back()
    desk.page.reload()
    expect(desk.page.locator("table")).to_contain_text(field.credentials()["agents"][AGENT]["name"])


def _minutes(text: str) -> int:
    """Of ``Jam kredit Anda: 2 jam 30 menit sejak ...``."""
    hours, minutes = re.search(r"(\d+) jam", text), re.search(r"(\d+) menit", text)
    return (int(hours[1]) * 60 if hours else 0) + (int(minutes[1]) if minutes else 0)

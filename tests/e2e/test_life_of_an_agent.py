"""From the public form on a phone to a licensed agent who enrols the first worker: every step by the one who takes it.

Size: one candidate, five photos, every course a trainee must take, one exam of thirty questions, one worker.
"""

import io
import re
from datetime import date
from pathlib import Path

import yaml
from PIL import Image
from playwright.sync_api import Browser, Page, expect

import perisai
from tests.e2e.app import MAX_WAIT_MS, FieldApp, workers
from tests.e2e.chromium import PHONE
from tests.e2e.conftest import NewDesk, NewPhone
from tests.e2e.desk import Desk
from tests.e2e.mishaps.books import Books
from tests.running import Running

BRANCH = 1501
CANDIDATE = "Wirdatul Pangestika"
NIK, BORN = "1571085203959001", date(1995, 3, 12)
EXAM_QUESTIONS = 30
COURSES = Path(perisai.__file__).parent / "web/demo/courses.yaml"
PAPERS = ("id_card", "face", "certificate", "bank_book", "membership")


def test_from_the_public_form_to_the_first_worker(
    browser: Browser, field: Running, new_phone: NewPhone, new_desk: NewDesk
) -> None:
    own = browser.new_context(**PHONE).new_page()
    try:
        apply(own, field.origin)
        officer = new_desk("petugas.jambi")
        accept_proof(officer)
        decide(officer, "screened")
        decide(officer, "in_training")
        phone = new_phone()
        phone.activate(activation_code(officer))
        assert_may_not_enrol(phone)
        learn_offline(phone)
        take_exam(own, field, exam_link(officer))
        assert_genuine(own, issue_licence(officer))
    finally:
        own.context.close()
    phone.open()
    phone.come_in()
    expect(phone.at("blocked-trainee")).to_have_count(0, timeout=MAX_WAIT_MS)
    (worker,) = workers(1, 95)
    op = phone.enrol(worker)
    phone.go(f"#/member/{op}")
    expect(phone.at("member-state")).to_have_attribute("data-state", "accepted", timeout=MAX_WAIT_MS)


def apply(page: Page, origin: str) -> None:
    """The public form and the photos, without an account."""
    page.set_default_timeout(MAX_WAIT_MS)
    page.goto(f"{origin}/daftar-agen/?kantor={BRANCH}")
    page.locator("[name=full_name]").fill(CANDIDATE)
    page.locator("[name=nik]").fill(NIK)
    page.locator("[name=birth_date]").fill(BORN.isoformat())
    page.locator("[name=education]").select_option("3")
    page.locator("[name=phone]").fill("0812 0009 9195")
    page.locator("[name=district_1]").select_option("15.71.08")
    page.locator("[name=agency_office]").select_option(index=1)
    page.locator("[name=is_bpu_member][value=yes]").check()
    page.locator("[name=kpj]").fill("15010000001")
    page.locator("[name=is_bpjs_employee][value=no]").check()
    page.locator("[name=bank]").fill("Bank Contoh")
    page.locator("[name=account]").fill("1234567890")
    page.locator("[name=account_holder]").fill(CANDIDATE)
    page.locator("[name=consent]").check()
    page.locator("form button[type=submit]").first.click()
    for kind in PAPERS:
        page.locator(f"#p-{kind}").set_input_files({"name": f"{kind}.jpg", "mimeType": "image/jpeg", "buffer": photo()})
        page.locator(f"form:has(#p-{kind}) button").click()
        expect(page.locator(f"form.here #p-{kind}")).to_be_visible()


def photo() -> bytes:
    kept = io.BytesIO()
    Image.effect_noise((640, 480), 60).convert("RGB").save(kept, "JPEG")
    return kept.getvalue()


def find_candidate(desk: Desk) -> None:
    desk.open(f"/console/recruitment/list/?q={CANDIDATE.replace(' ', '+')}")
    desk.page.get_by_role("link", name=CANDIDATE).first.click()


def accept_proof(desk: Desk) -> None:
    """The register of members does not know this NIK: the officer looks at the picture of the member's card."""
    find_candidate(desk)
    desk.page.locator("button[name=accepted][value=yes]").click()
    expect(desk.page.locator("button[name=accepted][value=no]")).to_be_visible()


def decide(desk: Desk, to: str) -> None:
    find_candidate(desk)
    desk.page.locator(f"button[name=to][value={to}]").click()
    expect(desk.page.locator("h1 .state, .state").first).to_be_visible()
    expect(desk.page.locator(f"button[name=to][value={to}]")).to_have_count(0)


def activation_code(desk: Desk) -> str:
    find_candidate(desk)
    desk.page.locator("main a[href*='/devices/']").first.click()
    desk.page.locator("form[action*=code] button[type=submit]").first.click()
    shown = desk.page.locator("main").inner_text()
    found = re.search(r"\b([0-9A-Z]{5})[ -]?([0-9A-Z]{5})\b", shown)
    assert found, shown
    return found[1] + found[2]


def assert_may_not_enrol(phone: FieldApp) -> None:
    """A trainee's phone shows courses and says why enrolling waits."""
    phone.see("blocked-trainee")


def learn_offline(phone: FieldApp) -> None:
    """Downloads what a trainee must learn, takes it without a line, and sends it."""
    right = {
        question["text"]: question["options"][0]
        for course in yaml.safe_load(COURSES.read_text(encoding="utf-8"))
        for module in course["modules"]
        for question in module["questions"]
    }
    phone.wait_ready_for_offline()
    phone.go("#/courses")
    phone.see("screen-courses")
    must = phone.at("courses-must").get_by_test_id("course")
    expect(must.first).to_be_visible()
    courses = [str(one.get_attribute("data-course")) for one in must.all()]
    for course in courses:
        phone.go(f"#/courses/{course}")
        phone.press("download")
        phone.see("on-phone")
    phone.go_offline()
    taken = sum(take_course(phone, course, right) for course in courses)
    phone.go("#/outbox")
    expect(phone.at("op")).to_have_count(taken)
    phone.come_back()
    phone.sync_until(0)


def take_course(phone: FieldApp, course: str, right: dict[str, str]) -> int:
    """Every module in order; how many there were."""
    for number in range(open_course(phone, course)):
        open_course(phone, course)
        phone.at("module").nth(number).click()
        phone.see("screen-module")
        phone.at("question").first.wait_for()
        for question in phone.at("question").all():
            question.get_by_label(right[question.locator("legend").inner_text()], exact=True).check()
        phone.press("finish-module")
        phone.see("module-result")
    return open_course(phone, course)


def open_course(phone: FieldApp, course: str) -> int:
    """From the list, so that no other course is on the screen; how many modules it has."""
    phone.go("#/courses")
    phone.see("screen-courses")
    phone.go(f"#/courses/{course}")
    phone.see("modules")
    return int(phone.at("module").count())


def exam_link(desk: Desk) -> str:
    desk.open("/console/exams/")
    desk.page.locator("tr[data-row]", has_text=re.compile("izin|licence", re.I)).locator("a").first.click()
    option = desk.page.locator("#trainee option", has_text=CANDIDATE)
    desk.page.locator("#trainee").select_option(str(option.get_attribute("value")))
    desk.page.locator("form:has(#trainee) button[type=submit]").click()
    row = desk.page.locator("tr", has_text=CANDIDATE)
    return str(row.locator("[data-copy]").get_attribute("data-copy"))


def take_exam(page: Page, field: Running, link: str) -> None:
    """Answers by what the bank says is right: a trainee who has learnt."""
    right = {
        text: options[correct]["id"]
        for text, options, correct in Books(field).rows("SELECT text_id, options, correct FROM exams_question_version")
    }
    page.goto(link)
    page.locator("form[action$=mulai] button").click()
    for number in range(1, EXAM_QUESTIONS + 1):
        expect(page.locator(".exam-bar strong")).to_have_text(str(number))
        answer = right[page.locator("#exam-form legend").inner_text()]
        page.locator("#exam-form label").filter(has_text=re.compile(f"^\\s*{re.escape(answer)}\\s*$")).click()
        page.locator("#exam-form button.button:not(.quiet)").click()
    page.locator("form[action$=selesai] button[type=submit]").click()
    expect(page.locator(".sign.done")).to_be_visible()


def issue_licence(desk: Desk) -> str:
    """Returns the address of the public check."""
    find_candidate(desk)
    desk.page.locator("main a[href*='/console/agents/1501/']").first.click()
    desk.page.locator("main a[href$='/licence/']").first.click()
    desk.page.locator("form[action$='/licence/issue/'] button[type=submit]").click()
    expect(desk.page.get_by_text(re.compile(r"L-1501-\d{6}-\d")).first).to_be_visible()
    return desk.origin + str(desk.page.locator("main a[href*='/agen/']").get_attribute("href"))


def assert_genuine(page: Page, address: str) -> None:
    """Anybody may ask with the badge's address; it says yes, and no number of a person."""
    page.goto(address)
    expect(page.get_by_text(CANDIDATE).first).to_be_visible()
    expect(page.locator(".sign.done")).to_be_visible()
    assert NIK not in page.content()

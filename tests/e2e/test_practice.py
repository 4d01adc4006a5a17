"""A trainee's first hour in a practice world: one tap in, a phone, a worker without signal, a payment, the tasks ticked.

And beside it a demo world, whose doors stay shut and which knows no practice phone.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from perisai.practice.strip import EN, ID
from perisai.web.simulate.phone import Phone
from tests.e2e.app import MAX_WAIT_MS, FieldApp, workers
from tests.e2e.chromium import PHONE
from tests.e2e.conftest import LAPTOP
from tests.running import Running, run_demo

DOORS = ("/latihan/masuk/petugas/", "/latihan/masuk/kepala/", "/latihan/hp/ambil/")
REAL_NIK = "1571080203800001"


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("world")
    with run_demo(folder / "practice", "--data", str(folder), command=("practice",)) as running:
        yield running


@pytest.fixture
def pages(browser: Browser, practice: Running) -> Iterator[tuple[Page, FieldApp]]:
    """An officer's laptop and an agent's phone."""
    with ExitStack() as stack:
        laptop, phone = browser.new_context(**LAPTOP), browser.new_context(**PHONE)
        stack.callback(laptop.close)
        stack.callback(phone.close)
        page = laptop.new_page()
        page.set_default_timeout(MAX_WAIT_MS)
        yield page, FieldApp(phone, practice.origin)


def test_trainee_learns_on_real_software_where_nothing_is_real(practice: Running, pages: tuple[Page, FieldApp]) -> None:
    desk, phone = pages
    desk.goto(f"{practice.origin}/console/")
    expect(desk).to_have_url(f"{practice.origin}/latihan/?next=/console/")
    desk.locator("form[action='/latihan/masuk/petugas/'] button").click()
    expect(desk).to_have_url(f"{practice.origin}/console/")
    see_strip(desk, ".practice-strip")

    take_phone(phone)
    see_strip(phone.page, ".world")
    phone.wait_ready_for_offline()
    phone.go_offline()
    phone.reload()
    see_strip(phone.page, ".world")
    phone.come_in()
    name = enrol_example(phone)
    see_strip(phone.page, ".world")
    phone.come_back()
    phone.sync_until(0)

    desk.goto(f"{practice.origin}/console/members/?q={name}")
    desk.get_by_role("link", name=name).first.click()
    desk.get_by_role("button", name="Bayar contoh").click()
    expect(desk.locator(".page-acts .state").first).to_have_text("Aktif")

    desk.goto(f"{practice.origin}/latihan/peserta/")
    officer, agent = desk.locator("tbody tr").nth(0), desk.locator("tbody tr").nth(1)
    expect(officer.locator(".state.done")).to_have_count(1)
    expect(agent.locator(".state.done")).to_have_count(3)


def take_phone(phone: FieldApp) -> None:
    """From the practice world's first page to the app, with what a thumb can press."""
    phone.page.goto(f"{phone.origin}/latihan/")
    phone.page.get_by_role("button", name="Ambil HP latihan").click()
    phone.page.get_by_role("link", name="Pakai HP ini").click()
    phone.see("screen-activate")
    see_strip(phone.page, ".world")
    phone.press("activate")
    phone.choose_pin()
    phone.see("screen-home")


def enrol_example(phone: FieldApp) -> str:
    """A real number is stopped on the phone; an example goes through. Returns the name."""
    phone.go("#/enrol")
    phone.see("step-identity")
    phone.fill_identity(workers(1)[0])
    phone.type("nik", REAL_NIK)
    phone.press("next")
    expect(phone.page.get_by_text("Angka ke-13 NIK-nya 9").first).to_be_visible()
    phone.press("fill-example")
    expect(phone.at("nik")).not_to_have_value(REAL_NIK)
    name = phone.at("name").input_value()
    phone.press("next")
    phone.see("step-work")
    phone.press("next")
    phone.see("step-programmes")
    phone.press("next")
    phone.see("step-consent")
    phone.choose("consent-enrolment")
    phone.type("signature-name", name)
    phone.press("next")
    phone.see("step-summary")
    phone.press("confirm")
    phone.see("saved-state")
    return name


def see_strip(page: Page, selector: str) -> None:
    strip = page.locator(selector)
    expect(strip).to_be_visible()
    expect(strip).to_contain_text(ID)
    expect(strip).to_contain_text(EN)


def test_doors_of_practice_do_not_exist_elsewhere(field: Running) -> None:
    """With a token against forgery, as a page of that world would send it."""
    with httpx.Client(base_url=field.origin, trust_env=False) as client:
        for door in DOORS:
            assert client.post(door, data={"csrfmiddlewaretoken": token_of(client)}).status_code == 404
        assert {client.get(path).status_code for path in ("/latihan/", "/latihan/hp/")} == {404}
        assert set(client.cookies) <= {"csrftoken"}
        assert client.get("/healthz").json()["world"] == "demo"


def test_phone_of_one_world_is_unknown_in_the_other(practice: Running, field: Running) -> None:
    with (
        httpx.Client(base_url=practice.origin, trust_env=False) as here,
        httpx.Client(base_url=field.origin, trust_env=False) as there,
    ):
        page = here.post("/latihan/hp/ambil/", data={"csrfmiddlewaretoken": token_of(here)}).text
        code = page.partition("/app/#/activate/")[2][:10]
        trainee = Phone(here)
        assert trainee.activate(code)["world"] == "practice"
        agent = Phone(there)
        assert agent.activate(field.credentials()["agents"][-1]["activation_code"])["world"] == "demo"
        for phone, other in ((trainee, there), (agent, here)):
            phone.op("enrol", {})
            assert pushed(phone) == 200
            phone.http = other
            phone.op("enrol", {})
            assert pushed(phone) == 401


def pushed(phone: Phone) -> int:
    """The answer's status to all that waits on this phone; the chain's answers are not looked at."""
    body, headers = phone.signed_push(phone.outbox)
    return phone.http.post("/api/v1/sync/push", content=body, headers=headers).status_code


def token_of(client: httpx.Client) -> str:
    page = client.get("/accounts/login/").text
    return page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]

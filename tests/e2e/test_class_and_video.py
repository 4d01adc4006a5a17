"""The teacher's code read by a real camera, and a video lesson that plays without signal.

Chromium takes a file for its camera: the frames are drawn from the QR on the teacher's screen of this moment. This Chromium has no
``BarcodeDetector``, as many a cheap phone; the app then reads with its own reader, loaded when it is needed.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.app import MAX_WAIT_MS, FieldApp
from tests.e2e.chromium import PHONE, launched
from tests.e2e.conftest import NewDesk
from tests.e2e.desk import Desk
from tests.running import Running

AGENT = 9
HERE: Any = {"latitude": -1.6101, "longitude": 103.6131, "accuracy": 12}
WIDTH, HEIGHT = 640, 480
FRAMES = 5
_PLAYED_FOR = """video => new Promise((resolve) => {
  const look = () => { if (video.currentTime > 0.5) resolve(video.currentTime); };
  video.addEventListener("timeupdate", look);
  look();
  video.addEventListener("error", () => resolve(-1));
})"""


def _modules(address: str) -> list[list[bool]]:
    """Dark and light of the QR that stands on the page, margin included, read from its picture."""
    root = ET.fromstring(unquote(address.partition(",")[2]))
    drawn = next(one for one in root.iter() if one.get("stroke") and one.tag.endswith("path"))
    side = int(root.get("width", "0")) // 10
    dark = [[False] * side for _row in range(side)]
    x, y = 0.0, 0.0
    for kind, text in re.findall(r"([Mmh])([^Mmh]*)", drawn.get("d", "")):
        numbers = [float(one) for one in re.findall(r"-?\d+(?:\.\d+)?", text)]
        if kind == "M":
            x, y = numbers
        elif kind == "m":
            x, y = x + numbers[0], y + numbers[1]
        else:
            for column in range(round(numbers[0])):
                dark[int(y)][int(x) + column] = True
            x += numbers[0]
    return dark


def _write_camera(path: Path, dark: list[list[bool]]) -> None:
    """A few frames of grey video (YUV4MPEG2) with the QR in the middle, as a camera before the screen sees it."""
    scale = (HEIGHT - 60) // len(dark)
    left, top = (WIDTH - scale * len(dark)) // 2, (HEIGHT - scale * len(dark)) // 2
    luma = bytearray(b"\xb4" * (WIDTH * HEIGHT))
    for y, row in enumerate(dark):
        line = b"".join((b"\x14" if one else b"\xeb") * scale for one in row)
        for n in range(scale):
            at = (top + y * scale + n) * WIDTH + left
            luma[at : at + len(line)] = line
    frame = b"FRAME\n" + bytes(luma) + b"\x80" * (WIDTH * HEIGHT // 2)
    path.write_bytes(b"YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n" % (WIDTH, HEIGHT) + frame * FRAMES)


@pytest.fixture
def camera(tmp_path: Path) -> Path:
    path = tmp_path / "camera.y4m"
    _write_camera(path, [[False] * 33 for _row in range(33)])
    return path


@pytest.fixture
def seeing_phone(browser: Browser, field: Running, camera: Path) -> Iterator[FieldApp]:
    """A phone whose camera shows what lies in ``camera`` when it is opened."""
    arguments = (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
    )
    with launched(browser.browser_type, arguments) as other:
        context = other.new_context(**PHONE, permissions=["geolocation", "camera"], geolocation=HERE)
        yield FieldApp(context, field.origin)


def _shown_code(desk: Desk) -> list[list[bool]]:
    """The QR of this moment; a fresh one, so that there is time to scan it."""
    shown = desk.page.locator(".lesson-digits")
    expect(shown).to_have_text(re.compile(r"^\d{4} \d{4}$"))
    before = shown.inner_text()
    expect(shown).not_to_have_text(before)
    return _modules(desk.page.locator(".lesson-qr").get_attribute("src") or "")


def test_code_on_the_teachers_screen_is_read_by_the_camera(
    seeing_phone: FieldApp, camera: Path, new_desk: NewDesk, field: Running
) -> None:
    app = seeing_phone
    app.activate(field.credentials()["agents"][AGENT]["activation_code"])
    app.go("#/courses/attend")
    app.see("screen-attend")
    assert app.page.evaluate("typeof globalThis.BarcodeDetector") == "undefined", "else its own reader is not tried"
    desk = new_desk("petugas.jambi")
    desk.open("/console/training/")
    desk.page.get_by_role("link", name="Kelas Dasar Perisai").click()
    desk.page.get_by_role("link", name="Tampilkan kode").click()
    _write_camera(camera, _shown_code(desk))
    app.press("attend-scan")
    expect(app.at("attend-result")).to_have_text(re.compile("tercatat hadir"), timeout=MAX_WAIT_MS)
    expect(app.at("scanner")).to_have_count(0)
    desk.page.go_back()
    desk.page.reload()
    expect(desk.page.locator("table")).to_contain_text(field.credentials()["agents"][AGENT]["name"])


def test_video_of_a_national_course_plays_without_signal(phone: FieldApp, field: Running) -> None:
    app = phone
    app.activate(field.credentials()["agents"][AGENT + 1]["activation_code"])
    app.wait_ready_for_offline()
    app.go("#/courses")
    app.page.get_by_test_id("course").filter(has_text="Dasar Perisai").click()
    app.press("download")
    app.see("on-phone")
    app.go_offline()
    app.page.get_by_test_id("module").filter(has_text="Data yang benar").click()
    app.see("screen-module")
    video = app.page.locator(".course-media video")
    expect(video).to_have_js_property("readyState", 4, timeout=MAX_WAIT_MS)
    video.click()
    assert video.evaluate(_PLAYED_FOR) > 0.5
    assert video.evaluate("video => [video.videoWidth, Math.round(video.duration)]") == [360, 9]
    assert video.evaluate("video => video.currentSrc").startswith("blob:"), "from the phone, not from the line"

"""Staff make a course and a class in the browser, through the front door."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from perisai.accounts.models import Role
from tests.accounts.people import client_of
from tests.training.courses import make_course, make_lesson, make_trainee, module
from tests.training.test_media import MP4, _photo
from tests.world import Branch, make_branch

pytestmark = pytest.mark.usefixtures("database")
BASE = "/console/training/"


def officer(branch: Branch, role: Role = Role.BRANCH) -> Client:
    return client_of(role, branch.id, language="en")


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, f"{address}: {answer.status_code}"
    return answer.content.decode()


def act(client: Client, address: str, **given: Any) -> str:
    """Posts and follows; the page that comes."""
    answer = client.post(address, given, follow=True)
    assert answer.status_code in (200, 409, 422), f"{address}: {answer.status_code}"
    return answer.content.decode()


def edit(client: Client, draft: str, **given: Any) -> str:
    shown = page(client, f"{BASE}drafts/{draft}/")
    revision = re.search(r'name="revision" value="(\d+)"', shown)
    assert revision is not None
    return act(client, f"{BASE}drafts/{draft}/edit/", **({"revision": revision[1]} | given))


def send(client: Client, data: bytes) -> Any:
    opened = client.post(f"{BASE}media/?size={len(data)}")
    assert opened.status_code == 200
    address = f"{BASE}media/{opened.json()['upload']}/"
    for start in range(0, len(data), 2**20):
        piece = data[start : start + 2**20]
        answer = client.post(f"{address}?offset={start}", piece, content_type="application/octet-stream")
        assert answer.json()["offset"] == start + len(piece)
    return client.post(address).json()


def test_course_written_in_the_browser_is_previewed_and_published() -> None:
    client = officer(make_branch())
    begun = client.post(f"{BASE}courses/new/", {"title": "Menawarkan BPU"})
    draft = begun["Location"].rstrip("/").rpartition("/")[2]
    assert "disabled" in page(client, f"{BASE}drafts/{draft}/"), "an empty course is not published"
    edit(
        client, draft, act="about", title="Menawarkan BPU", summary="Dua modul.", credit_minutes="60", pass_percent="75"
    )
    edit(client, draft, act="module", title="Manfaat")
    shown = edit(client, draft, act="module", title="Iuran")
    first, second = re.findall(r'id="m-([0-9a-f]{8})"', shown)
    edit(client, draft, act="text", module=first, text="JKK dan JKM.\r\n\r\n- satu\r\n- dua")
    picture, video = send(client, _photo()), send(client, MP4)
    edit(client, draft, act="media", module=first, sha256=picture["sha256"], alt="Kartu peserta")
    edit(client, draft, act="media", module=first, sha256=video["sha256"], alt="Cara menjelaskan")
    refused = edit(client, draft, act="question", module=second, text="Berapa?", option=["a", "b", "", "", "", ""])
    assert "Right answers" in refused
    assert "Berapa?" in refused, "what was written stays on the page"
    edit(client, draft, act="question", module=second, text="Berapa?", option=["a", "", "b", "c", "", ""], right=["2"])
    moved = edit(client, draft, act="down", module=first)
    assert re.findall(r'id="m-([0-9a-f]{8})"', moved) == [second, first]
    preview = page(client, f"{BASE}versions/{draft}/")
    assert '<p class="lesson-text">JKK dan JKM.</p><ul class="lesson-options"><li>satu</li><li>dua</li></ul>' in preview
    assert picture["sha256"] in preview
    shown = page(client, f"{BASE}drafts/{draft}/")
    revision = re.search(r'name="revision" value="(\d+)"', shown)
    assert revision is not None
    published = act(client, f"{BASE}drafts/{draft}/publish/", revision=revision[1])
    assert "Version 1 is offered now." in published
    assert "never changes" in edit_published(client, draft)


def edit_published(client: Client, draft: str) -> str:
    return act(
        client,
        f"{BASE}drafts/{draft}/edit/",
        revision="0",
        act="about",
        title="Lain",
        credit_minutes="1",
        pass_percent="1",
    )


def test_media_are_shown_to_their_branch_only_and_videos_in_ranges() -> None:
    branch = make_branch()
    client, stranger = officer(branch), officer(make_branch())
    video = send(client, MP4)
    address = f"{BASE}media/{branch.id}/{video['sha256']}/"
    part = client.get(address, headers={"range": "bytes=262150-"})
    assert part.status_code == 206
    assert part.content == MP4[262150:]
    assert part["Content-Range"] == f"bytes 262150-{len(MP4) - 1}/{len(MP4)}"
    assert client.get(address).content == MP4
    assert stranger.get(address).status_code == 404


def test_video_of_500_mb_is_refused_by_its_length_alone() -> None:
    client = officer(make_branch())
    told = client.post(f"{BASE}media/?size={500 * 2**20}")
    assert (told.status_code, told.json()["code"]) == (413, "E9206")
    upload = client.post(f"{BASE}media/?size={2**20}").json()["upload"]
    claimed = client.generic("POST", f"{BASE}media/{upload}/?offset=0", b"x", CONTENT_LENGTH=str(500 * 2**20))
    assert claimed.status_code == 413
    form = client.generic(
        "POST",
        f"{BASE}courses/new/",
        b"x",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(500 * 2**20),
    )
    assert form.status_code == 413


def test_rules_and_assignments_are_made_on_the_course_page() -> None:
    branch = make_branch()
    client, agent = officer(branch), make_trainee(branch)
    course_id, _version = make_course(branch, module("a"))
    address = f"{BASE}courses/{course_id}/"
    assert "Nobody must" in page(client, address)
    today = datetime.now(ZoneInfo(branch.timezone)).date()
    shown = act(client, f"{address}require/", audience="trainee", since=str(today))
    rule = re.search(r"require/([0-9a-f-]{36})/end/", shown)
    assert rule is not None
    assert "Trainees, before their licence" in shown
    assert "/end/" not in act(client, f"{address}require/{rule[1]}/end/")
    assert "Until" in act(client, f"{address}require/", audience="all", since=str(today), until="2020-01-01")
    assert "reason is missing" in act(client, f"{address}assign/", agent=str(agent.id), reason=" ")
    assert "Salah alamat" in act(client, f"{address}assign/", agent=str(agent.id), reason="Salah alamat")
    stranger = make_trainee(make_branch())
    assert "E9209" in act(client, f"{address}assign/", agent=str(stranger.id), reason="Bukan agen kita")
    assert "E9209" in act(client, f"{address}assign/", agent="x", reason="Bukan agen kita")


def test_class_is_planned_its_screen_changes_and_attendance_is_corrected() -> None:
    branch = make_branch()
    client, agent = officer(branch, Role.SUB_BRANCH), make_trainee(branch)
    now = datetime.now(ZoneInfo(branch.timezone)).replace(second=0, microsecond=0, tzinfo=None)
    given = {"title": "Kelas Jelutung", "place": "Aula", "credit_minutes": "60", "radius": "150"}
    given |= {"starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=2)).isoformat()}
    refused = act(client, f"{BASE}lessons/new/", **(given | {"point": "di balai desa"}))
    assert "Point on the map" in refused
    assert "Kelas Jelutung" in refused
    assert "would work anywhere" in act(client, f"{BASE}lessons/new/", **(given | {"region": "15.71.08"}))
    loose = act(client, f"{BASE}lessons/new/", **(given | {"region": "15.71.08", "unbound": "1"}))
    assert "bound to no place" in loose
    address = re.search(r"lessons/[0-9a-f-]{36}/place/", loose)
    assert address is not None
    assert "Point on the map" in act(client, BASE + address[0], point="")
    assert "within 80 m of the point" in act(client, BASE + address[0], point="-1.61012, 103.60734", radius="80")
    form = client.get(f"{BASE}lessons/new/")
    assert "geolocation=(self)" in form["Permissions-Policy"]
    assert "geolocation=()" in client.get(BASE)["Permissions-Policy"]
    shown = act(client, f"{BASE}lessons/new/", **(given | {"point": "-1.61012, 103.60734"}))
    found = re.search(r"lessons/([0-9a-f-]{36})/screen/", shown)
    assert found is not None
    address = f"{BASE}lessons/{found[1]}/"
    screen = page(client, f"{address}screen/")
    assert re.search(r'"lesson-digits">\d{4} \d{4}<', screen)
    wait = re.search(r"load delay:(\d+)ms", screen)
    assert wait is not None
    assert 0 < int(wait[1]) <= 15_050
    assert "by hand" in act(client, f"{address}correct/", agent=str(agent.id), state="present", reason="HP mati")
    assert "reason is missing" in act(client, f"{address}correct/", agent=str(agent.id), state="absent", reason="")
    assert "cancelled" in act(client, f"{address}cancel/")
    assert "class is over" in page(client, f"{address}code/")


def test_pages_of_another_branch_are_not_found() -> None:
    branch = make_branch()
    stranger = officer(make_branch())
    course_id, version_id = make_course(branch, module("a"))
    lesson_id = make_lesson(branch, at=datetime.now(UTC))
    for address in (
        f"courses/{course_id}/",
        f"versions/{version_id}/",
        f"lessons/{lesson_id}/",
        f"lessons/{UUID(int=5)}/",
    ):
        page(stranger, BASE + address, status=404)
    assert "Melayani pekerja" not in page(stranger, BASE)

"""The photo that staff give an agent: clean, in force everywhere at once, with its history."""

import base64
import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from perisai.accounts.models import Role
from perisai.agents import paper, photo
from perisai.errors import Refused
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.web.simulate.phone import Phone
from tests.accounts.people import logged_in, make_user, tree
from tests.world import Branch, FieldAgent, make_agent, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")


def picture(colour: str, *, size: tuple[int, int] = (900, 1200), kind: str = "JPEG") -> bytes:
    """With a place and a camera in it."""
    exif = Image.Exif()
    exif[0x010F] = "Kamera Rahasia"
    exif.get_ifd(0x8825)[1] = "S"
    kept = io.BytesIO()
    Image.new("RGB", size, colour).save(kept, kind, exif=exif)
    return kept.getvalue()


def give(agent: FieldAgent, data: bytes) -> None:
    with system_work(agent.branch) as work:
        photo.give(work, branch_id=agent.branch.id, agent_id=agent.id, data=data)


def colour_of(jpeg: bytes) -> str:
    with Image.open(io.BytesIO(jpeg)) as image:
        red, green, blue = image.convert("RGB").resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    return max((red, "red"), (green, "green"), (blue, "blue"))[1]


def test_an_agent_who_never_was_a_candidate_gets_a_face_on_page_badge_and_phone(
    phone_of: Callable[[FieldAgent], Phone],
) -> None:
    agent = make_agent(make_branch())
    with system_work(agent.branch) as work:
        work.execute("UPDATE agents_agent SET code = 'P-' || branch_id || '-0001' WHERE id = %s", [agent.id])
        code, key = work.rows("SELECT code, public_key FROM agents_agent WHERE id = %s", [agent.id])[0]
        assert not photo.exists(work, branch_id=agent.branch.id, agent_id=agent.id)
        _, without = paper.badge(work, branch_id=agent.branch.id, agent_id=agent.id)
    public = Client(SERVER_NAME="localhost")
    assert public.get(f"/agen/{code}-{key}/foto").status_code == 404
    phone = phone_of(agent)
    assert phone.signed("GET", "/api/v1/agent/me").json()["photo"] is None
    for colour in ("red", "blue"):
        give(agent, picture(colour))
        shown = public.get(f"/agen/{code}-{key}/foto")
        assert (shown.status_code, colour_of(shown.content)) == (200, colour)
        told = phone.signed("GET", "/api/v1/agent/me").json()["photo"]
        assert colour_of(base64.b64decode(told["data"])) == colour, "the newest counts"
    with system_work(agent.branch) as work:
        _, badge = paper.badge(work, branch_id=agent.branch.id, agent_id=agent.id)
    assert len(badge) > len(without)


def test_a_photo_is_drawn_anew_and_kept_sealed() -> None:
    agent = make_agent(make_branch())
    give(agent, picture("green", size=(3000, 4000)))
    give(agent, picture("green", size=(300, 400), kind="PNG"))
    with system_work(agent.branch) as work:
        kept = photo.find(work, branch_id=agent.branch.id, agent_id=agent.id)
        rows = work.rows(
            "SELECT jpeg_sealed, size FROM agents_photo WHERE branch_id = %s ORDER BY id", [agent.branch.id]
        )
        versions = photo.versions(work, branch_id=agent.branch.id, agent_id=agent.id)
        events = work.rows(
            "SELECT count(*) FROM events_event WHERE branch_id = %s AND kind = 'agent_photo_changed'", [agent.branch.id]
        )
    assert kept is not None
    assert kept[:3] == b"\xff\xd8\xff"
    with Image.open(io.BytesIO(kept)) as image:
        assert (max(image.size), dict(image.getexif())) == (400, {})
    for needle in (b"Kamera", b"Exif"):
        assert needle not in kept
    assert all(b"\xff\xd8\xff" not in bytes(sealed) for sealed, _ in rows)
    assert [version.size for version in versions] == [rows[1][1], rows[0][1]], "earlier ones stay, newest first"
    assert events == [(2,)]
    with system_work(agent.branch) as work:
        photo.forget(work, branch_id=agent.branch.id, agent_ids=[agent.id])
        assert photo.versions(work, branch_id=agent.branch.id, agent_id=agent.id) == []


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", b"\xff\xd8\xff" + b"0" * 99, b"0" * (photo.MOST_BYTES + 1), picture("red", size=(150, 400))],
)
def test_what_is_no_photo_is_refused(data: bytes) -> None:
    agent = make_agent(make_branch())
    with pytest.raises(Refused) as told:
        give(agent, data)
    assert told.value.code == "E9423"


def test_staff_give_it_by_the_form_and_nobody_else() -> None:
    branch = Branch(tree().branch.id)
    with Work(scope=Scope.branch(branch.id)) as work:
        work.execute(
            "INSERT INTO events_position (branch_id, number) VALUES (%s, 0) ON CONFLICT DO NOTHING", [branch.id]
        )
    agent = make_agent(branch)
    page = f"/console/agents/{branch.id}/{agent.id}/"

    def send(role: Role, data: bytes) -> int:
        client = logged_in(make_user(role))
        client.defaults["SERVER_NAME"] = "localhost"
        file = SimpleUploadedFile("wajah.jpg", data, "image/jpeg")
        return client.post(page + "photo/give/", {"photo": file}).status_code

    for role in (Role.AGENCY, Role.REGION, Role.AUDITOR):
        assert send(role, picture("red")) in (403, 404), role
    assert send(Role.BRANCH, b"kosong") == 422
    assert send(Role.BRANCH, picture("red")) == 302
    clerk = logged_in(make_user(Role.BRANCH_HEAD))
    clerk.defaults["SERVER_NAME"] = "localhost"
    assert clerk.get(page + "photo/").headers["Content-Type"] == "image/jpeg"
    assert "photo/" in clerk.get(page + "licence/").content.decode()

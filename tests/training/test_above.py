"""Courses of the head office and of a region: every branch under them uses them, nobody but their owner changes them."""

from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, ProgrammingError
from django.test import Client

from perisai.accounts.models import Role
from perisai.errors import Refused
from perisai.events.work import Work
from perisai.offices.models import Office
from perisai.training import authoring, completion, for_phone, media
from perisai.training.content import Content, Text, Video
from perisai.training.shelf import open_shelf
from perisai.training.told import Learner
from tests.accounts.people import Tree, client_of, tree
from tests.training.courses import fill, make_trainee, module, new_taking, progress
from tests.training.test_media import MP4
from tests.training.test_pages import BASE, act, edit, page
from tests.training.test_taking import PhoneOf
from tests.world import Branch, jakarta_today, system_work

pytestmark = pytest.mark.usefixtures("database")


def _client(role: Role, office: Office) -> Client:
    return client_of(role, office, language="en")


def _course(owner: Office, title: str, *modules: Any) -> tuple[UUID, UUID]:
    """A course of an office above the branches, made by its verbs."""
    held = Branch(owner.id)
    with system_work(held) as work:
        open_shelf(work, owner.id)
        course_id, version_id = authoring.create(work, branch_id=owner.id, title=title)
        fill(work, held, version_id, *modules)
        authoring.publish(work, branch_id=owner.id, version_id=version_id, revision=1)
    return course_id, version_id


def _require(owner: Office, course_id: UUID, audience: str) -> None:
    with system_work(Branch(owner.id)) as work:
        open_shelf(work, owner.id)
        since = jakarta_today()
        authoring.require(work, branch_id=owner.id, course_id=course_id, audience=audience, since=since)


def _missing(branch: Office, person: UUID) -> list[UUID]:
    from datetime import timedelta

    with system_work(Branch(branch.id)) as work:
        on = jakarta_today() + timedelta(days=1)
        return [one.course_id for one in completion.missing(work, branch.id, person, on)]


def _elsewhere(t: Tree) -> Office:
    """A branch of another region."""
    found = Office.objects.filter(id=7210).first()
    if found is not None:
        return found
    from perisai.events.scope import Scope
    from perisai.offices.office import create_office

    with Work.open(scope=Scope.nation()) as work:
        region = create_office(
            work, id=7200, kind="region", code="KW-72", name="Kanwil Lain", parent=t.head, province_code="16"
        )
        return create_office(work, id=7210, kind="branch", code="KC-7210", name="KC Seberang", parent=region)


def test_course_of_the_head_office_is_required_and_taken_in_every_branch(phone_of: PhoneOf) -> None:
    t = tree()
    course_id, version_id = _course(t.head, "Kode etik agen", module("a"), module("b"))
    _require(t.head, course_id, "trainee")
    for office in (t.branch, _elsewhere(t)):
        agent = make_trainee(Branch(office.id))
        assert course_id in _missing(office, agent.id)
        phone = phone_of(agent)
        listed = phone.signed("GET", "/api/v1/training/courses").json()["courses"]
        assert any(one["id"] == str(course_id) and one["missing"] for one in listed)
        content = phone.signed("GET", f"/api/v1/training/versions/{version_id}").json()
        assert [one["id"] for one in content["modules"]] == ["a", "b"]
        taking = new_taking()
        for name in ("a", "b"):
            phone.op("course_progress", progress(version_id, taking, name))
        assert phone.push()[-1]["result"]["completed"] is True
        assert course_id not in _missing(office, agent.id)


def test_course_of_a_region_stays_in_the_region(phone_of: PhoneOf) -> None:
    t = tree()
    course_id, version_id = _course(t.region, "Pasar terapung", module("a"))
    _require(t.region, course_id, "all")
    here, there = make_trainee(Branch(t.branch.id)), make_trainee(Branch(_elsewhere(t).id))
    assert course_id in _missing(t.branch, here.id)
    assert course_id not in _missing(_elsewhere(t), there.id)
    stranger = phone_of(there)
    assert stranger.signed("GET", f"/api/v1/training/versions/{version_id}").status_code == 404
    stranger.op("course_progress", progress(version_id, new_taking(), "a"))
    assert stranger.push()[0]["code"] == "E9210"
    assert "Pasar terapung" not in page(_client(Role.BRANCH, _elsewhere(t)), BASE)
    page(_client(Role.BRANCH, _elsewhere(t)), f"{BASE}courses/{course_id}/", status=404)


def test_branch_requires_assigns_and_reads_a_national_course_but_changes_nothing_of_it() -> None:
    t = tree()
    course_id, version_id = _course(t.head, "Uang titipan", module("a"))
    head_of_branch, agent = _client(Role.BRANCH_HEAD, t.branch), make_trainee(Branch(t.branch.id))
    assert "Head office, all branches" in page(head_of_branch, BASE)
    shown = page(head_of_branch, f"{BASE}courses/{course_id}/")
    assert "Only its owner changes it." in shown
    assert "/withdraw/" not in shown
    assert "Bacaan." in page(head_of_branch, f"{BASE}versions/{version_id}/")
    today = jakarta_today().isoformat()
    assert "Trainees, before" in act(
        head_of_branch, f"{BASE}courses/{course_id}/require/", audience="trainee", since=today
    )
    assert "Perlu diulang" in act(
        head_of_branch, f"{BASE}courses/{course_id}/assign/", agent=str(agent.id), reason="Perlu diulang"
    )
    for address in (f"courses/{course_id}/draft/", f"courses/{course_id}/withdraw/", f"drafts/{version_id}/publish/"):
        answer = head_of_branch.post(BASE + address, {"revision": "1"})
        assert (answer.status_code, "E9225" in answer.content.decode()) == (403, True), address
    other = make_trainee(Branch(t.other_branch.id))
    assert course_id not in _missing(t.other_branch, other.id), "the branch's rule is its own"


@pytest.mark.parametrize("table", ["course", "requirement", "media"])
def test_database_keeps_what_is_above_from_branches_even_by_sql(table: str) -> None:
    t = tree()
    course_id, _version = _course(t.head, f"Hanya pusat {table}", module("a"))
    with system_work(Branch(t.branch.id)) as work:
        touched = work.execute("UPDATE training_course SET published = NULL WHERE id = %s", [course_id])
        assert touched == 0, "seen, and not to be changed"
    rows = {
        "course": "INSERT INTO training_course (branch_id, created_at) VALUES (%s, now())",
        "requirement": "INSERT INTO training_requirement (branch_id, course_id, audience, since, made_at)"
        f" VALUES (%s, '{course_id}', 'all', now(), now())",
        "media": "INSERT INTO training_media (branch_id, sha256, media_type, size, added_at) VALUES (%s, '\\x00', 'x', 1, now())",
    }
    with (
        pytest.raises((ProgrammingError, IntegrityError), match="row-level security"),
        system_work(Branch(t.branch.id)) as work,
    ):
        work.execute(rows[table], [t.head.id])


def test_draft_of_the_head_office_is_seen_by_nobody_else() -> None:
    t = tree()
    office, other = _client(Role.HEAD_OFFICE, t.head), _client(Role.BRANCH, t.branch)
    begun = office.post(f"{BASE}courses/new/", {"title": "Aturan baru 2027"})
    draft = begun["Location"].rstrip("/").rpartition("/")[2]
    shown = edit(office, draft, act="module", title="Satu")
    found = shown[shown.index('id="m-') + 6 :][:8]
    edit(office, draft, act="text", module=found, text="Isi.")
    assert "Aturan baru 2027" in page(office, BASE)
    assert "Aturan baru 2027" not in page(other, BASE)
    page(other, f"{BASE}versions/{draft}/", status=404)
    published = act(office, f"{BASE}drafts/{draft}/publish/", revision="2")
    assert "Version 1 is offered now." in published
    assert "Aturan baru 2027" in page(other, BASE)


def test_video_of_a_national_course_reaches_phones_of_a_branch_in_pieces() -> None:
    t = tree()
    with system_work(Branch(t.head.id)) as work:
        open_shelf(work, t.head.id)
        stored = media.keep(work, branch_id=t.head.id, data=MP4, media_type="video/mp4")
    video = Video(id="v", sha256=stored.sha256, size=stored.size, type="video/mp4", alt="Contoh")
    shown = module("a").model_copy(update={"parts": (Text(id="t", text="Lihat."), video)})
    _course_id, version_id = _course(t.head, "Bervideo", shown)
    agent = make_trainee(Branch(t.branch.id))
    with system_work(Branch(t.branch.id)) as work:
        assert Content.model_validate(
            {"modules": for_phone.version(work, Learner(t.branch.id, agent.id, "Asia/Jakarta"), version_id)["modules"]}
        ).media()
        parts = media.pieces(work, branch_id=t.branch.id, sha256=stored.sha256, first=0, last=100)
    assert b"".join(parts) == MP4
    with pytest.raises(Refused, match="E1004"), system_work(Branch(3000)) as work:
        media.find(work, branch_id=3000, sha256=stored.sha256)

"""Staff learn in the browser: asked by their role, each form kept once, seen by the head of their branch."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from perisai.accounts.audience import Viewer
from perisai.accounts.models import Role, User
from perisai.training import authoring, completion, lacking, queries
from tests.accounts.people import logged_in, make_user, tree
from tests.training.courses import make_course, make_lesson, make_trainee, module
from tests.training.test_pages import BASE, act, page
from tests.training.test_taking import _require
from tests.world import Branch, jakarta_today, system_work

pytestmark = pytest.mark.usefixtures("database")
MINE = f"{BASE}mine/"


def _person(role: Role) -> tuple[User, Client]:
    user = make_user(role, language="en")
    return user, logged_in(user)


def _branch() -> Branch:
    return Branch(tree().branch.id)


def _missing(person: UUID) -> list[UUID]:
    with system_work(_branch()) as work:
        on = jakarta_today() + timedelta(days=1)
        return [one.course_id for one in completion.missing(work, _branch().id, person, on)]


def _form(client: Client, address: str) -> dict[str, Any]:
    """Hidden fields of a module's form."""
    return dict(re.findall(r'name="(version|op)" value="([0-9a-f-]{36})"', page(client, address)))


def _count(table: str, user: User) -> int:
    with system_work(_branch()) as work:
        row = work.row(f"SELECT count(*) FROM {table} WHERE actor_id = %s AND kind = 'module_taken'", [user.id])
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(
    ("audience", "asked"),
    [
        ("branch", {Role.BRANCH}),
        ("sub_branch", {Role.SUB_BRANCH}),
        ("agency", {Role.AGENCY}),
        ("staff", {Role.BRANCH, Role.BRANCH_HEAD, Role.SUB_BRANCH, Role.AGENCY}),
        ("all", set()),
    ],
)
def test_rule_asks_the_role_it_names(audience: str, asked: set[Role]) -> None:
    course_id, _version = make_course(_branch(), module("a"), title=f"Untuk {audience}")
    _require(_branch(), course_id, audience=audience)
    roles = (Role.BRANCH, Role.BRANCH_HEAD, Role.SUB_BRANCH, Role.AGENCY)
    assert {role for role in roles if course_id in _missing(make_user(role).id)} == asked
    assert (course_id in _missing(make_trainee(_branch()).id)) == (audience == "all")


@pytest.mark.parametrize("role", [Role.BRANCH, Role.AGENCY])
def test_course_is_taken_in_the_browser_and_each_form_kept_once(role: Role) -> None:
    course_id, version_id = make_course(_branch(), module("a"), module("b", questions=2), title="Melayani pengaduan")
    _require(_branch(), course_id, audience="staff")
    user, client = _person(role)
    assert "Melayani pengaduan" in page(client, MINE).partition("Others")[0]
    address = f"{MINE}{course_id}/"
    form = _form(client, f"{address}a/")
    assert form["version"] == str(version_id)
    assert "Module done." in act(client, f"{address}a/", **form)
    assert "Module done." in act(client, f"{address}a/", **form), "sent twice"
    assert _count("events_event", user) == 1

    quiz = _form(client, f"{address}b/")
    assert "still unanswered" in act(client, f"{address}b/", **quiz, **{"q-q0": "0"})
    wrong = act(client, f"{address}b/", **quiz, **{"q-q0": "0", "q-q1": "0"})
    assert "Not passed: 1 of 2 right." in wrong
    quiz = _form(client, f"{address}b/")
    passed = act(client, f"{address}b/", **quiz, **{"q-q0": "0", "q-q1": "1"})
    assert "Passed: 2 of 2 right." in passed
    assert "Course completed." in passed
    assert course_id not in _missing(user.id)
    assert "Take it again" in page(client, address)
    assert "Melayani pengaduan" in page(client, MINE).partition("Others")[2]
    with system_work(_branch()) as work:
        today = jakarta_today()
        since, until = today - timedelta(days=2), today + timedelta(days=2)
        assert completion.credit_minutes(work, _branch().id, user.id, since, until) == 45


def test_taking_again_begins_anew_and_is_credited_once() -> None:
    course_id, _version = make_course(_branch(), module("a"), module("b"), title="Diulang")
    user, client = _person(Role.SUB_BRANCH)
    address = f"{MINE}{course_id}/"
    for _round in range(2):
        for name in ("a", "b"):
            act(client, f"{address}{name}/", **_form(client, f"{address}{name}/"))
    with system_work(_branch()) as work:
        found = work.row(
            "SELECT count(*), count(completed_on), sum(credit_minutes) FROM training_taking"
            " WHERE branch_id = %s AND trainee_id = %s",
            [_branch().id, user.id],
        )
    assert found == (2, 2, 45)


def test_version_begun_is_finished_though_a_newer_is_offered() -> None:
    from tests.training.courses import publish

    course_id, old = make_course(_branch(), module("a"), module("b"), title="Berganti versi")
    _user, client = _person(Role.BRANCH)
    address = f"{MINE}{course_id}/"
    act(client, f"{address}a/", **_form(client, f"{address}a/"))
    with system_work(_branch()) as work:
        new = authoring.begin_draft(work, branch_id=_branch().id, course_id=course_id)
    publish(_branch(), new, module("a"), module("b"), module("c"))
    assert "There is a newer version." in page(client, address)
    form = _form(client, f"{address}b/")
    assert form["version"] == str(old)
    assert "Course completed." in act(client, f"{address}b/", **form)
    assert _form(client, f"{address}c/")["version"] == str(new), "taking it again takes the newest"


def test_form_of_another_person_or_of_a_version_not_offered_keeps_nothing() -> None:
    course_id, version_id = make_course(_branch(), module("a"), title="Milik orang")
    first, second = _person(Role.BRANCH)[1], _person(Role.BRANCH)[1]
    address = f"{MINE}{course_id}/a/"
    form = _form(first, address)
    act(first, address, **form)
    assert second.post(address, form).status_code == 422
    assert second.get(f"{address}?kept={form['op']}").status_code == 404
    assert _person(Role.AUDITOR)[1].get(MINE).status_code == 403
    with system_work(_branch()) as work:
        authoring.withdraw(work, branch_id=_branch().id, course_id=course_id)
    late = second.post(address, {"version": str(version_id), "op": str(UUID(int=77))})
    assert (late.status_code, "E9204" in late.content.decode()) == (409, True)


def test_head_of_branch_sees_who_is_missing_what_and_it_is_counted() -> None:
    course_id, _version = make_course(_branch(), module("a"), title="Wajib bersama")
    _require(_branch(), course_id, audience="branch")
    _require(_branch(), course_id, audience="trainee")
    officer, own = _person(Role.BRANCH)
    trainee = make_trainee(_branch())
    _head, client = _person(Role.BRANCH_HEAD)
    shown = page(client, f"{BASE}missing/?course={course_id}&who=staff")
    assert officer.username in shown
    assert "late" in shown
    only = page(client, f"{BASE}missing/?course={course_id}&who=trainees")
    assert officer.username not in only
    assert trainee.id.hex[-6:] in only
    assert "still has time" in only
    before = _waiting(officer)
    act(own, f"{MINE}{course_id}/a/", **_form(own, f"{MINE}{course_id}/a/"))
    after = _waiting(officer)
    assert (before["own_courses"] - after["own_courses"], before["late"] - after["late"]) == (1, 1)
    assert officer.username not in page(client, f"{BASE}missing/?course={course_id}&who=staff")
    make_lesson(_branch(), at=datetime.now(ZoneInfo("Asia/Jakarta")).replace(hour=12))
    client.post(f"{BASE}courses/new/", {"title": "Draf yang menunggu"})
    more = _waiting(officer)
    assert (more["classes"], more["drafts"]) == (after["classes"] + 1, after["drafts"] + 1)


def test_who_is_late_by_the_rule_stays_late_when_the_course_is_assigned_as_well() -> None:
    course_id, _version = make_course(_branch(), module("a"), title="Ditugaskan juga")
    _require(_branch(), course_id, audience="branch")
    officer, _own = _person(Role.BRANCH)
    with system_work(_branch()) as work:
        due_on = jakarta_today() + timedelta(days=30)
        completion.assign(work, _branch().id, officer.id, course_id, "Uji penugasan", due_on)
        viewer = Viewer.of(officer)
        found = lacking.people(work, viewer=viewer, now=work.now, group="staff", course=str(course_id))
    (own,) = [row for row in found if row["id"] == officer.id]
    assert (own["is_late"], own["due_on"]) == (True, due_on)


def test_rule_that_ended_today_is_counted_no_more_though_it_is_still_yesterday_in_utc() -> None:
    course_id, _version = make_course(_branch(), module("a"), title="Aturan berakhir")
    with system_work(_branch()) as work:
        since, until = date(2026, 1, 1), date(2026, 12, 1)
        authoring.require(work, branch_id=_branch().id, course_id=course_id, audience="agent", since=since, until=until)
        viewer = Viewer.of(make_user(Role.BRANCH))
        midnight = datetime(2026, 11, 30, 17, tzinfo=UTC)
        counted = [
            next(row["rules"] for row in queries.courses(work, viewer=viewer, now=now) if row["id"] == course_id)
            for now in (midnight - timedelta(seconds=1), midnight)
        ]
    assert counted == [1, 0]


def _waiting(user: User) -> dict[str, int]:
    with system_work(_branch()) as work:
        found = queries.waiting(work, viewer=Viewer.of(user), now=work.now)
    return {key: count for key, count, _address in found}


def test_what_waits_is_counted_for_agency_users_and_the_head_office_too() -> None:
    course_id, _version = make_course(_branch(), module("a"), title="Untuk Kantor Perisai")
    person = make_user(Role.AGENCY)
    before = _waiting(person)
    _require(_branch(), course_id, audience="agency")
    assert _waiting(person) == {"own_courses": before["own_courses"] + 1}
    head, client = _person(Role.HEAD_OFFICE)
    drafts = _waiting(head)["drafts"]
    client.post(f"{BASE}courses/new/", {"title": "Draf kantor pusat"})
    assert _waiting(head) == {"drafts": drafts + 1}
    assert _waiting(make_user(Role.AUDITOR)) == {}

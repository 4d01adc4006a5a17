"""Accounts: whom one may make, and what ends with them."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from perisai.accounts.granting import LEVELS, OFFICES, grantable
from perisai.accounts.models import Role, User
from tests.accounts.people import has_second_factor, logged_in, make_user, tree

PAGE = "/console/accounts/users/"


def create(client: Client, role: Role, office_id: int, name: str) -> int:
    form = {
        "full_name": "Siti",
        "username": name,
        "role": role.value,
        "office": office_id,
        "language": "id",
        "agent_id": "",
    }
    return client.post(f"{PAGE}new/", form).status_code


def act(client: Client, user: User, verb: str, **form: str) -> int:
    return client.post(f"{PAGE}{user.pk}/{verb}/", form).status_code


def with_session(user: User) -> Client:
    client = logged_in(user)
    assert client.get("/console/accounts/me/").status_code == 200
    return client


def test_every_role_has_a_level_and_an_office() -> None:
    assert set(LEVELS) == set(OFFICES) == set(Role)
    assert grantable(Role.AUDITOR) == grantable(Role.AGENCY) == grantable(Role.SUB_BRANCH) == []
    assert Role.AUDITOR not in grantable(Role.REGION)
    assert Role.SYSTEM not in grantable(Role.HEAD_OFFICE)


def test_head_makes_staff_of_own_branch_and_password_shows_once(database: object) -> None:
    client = logged_in(make_user(Role.BRANCH_HEAD))
    form = {
        "full_name": "Siti",
        "username": "Siti.Baru",
        "role": "sub_branch",
        "office": tree().sub_branch.id,
        "language": "en",
    }
    page = client.post(f"{PAGE}new/", form)
    made = User.objects.get(username="siti.baru")
    password = page.content.decode().split('class="code secret">')[1].split("<")[0]
    assert made.check_password(password)
    assert (made.must_change_password, made.office_id, made.language) == (True, tree().sub_branch.id, "en")
    assert password not in client.get(f"{PAGE}{made.pk}/").content.decode()


@pytest.mark.parametrize(
    ("by", "role", "office"),
    [
        (Role.BRANCH_HEAD, Role.REGION, "region"),
        (Role.BRANCH_HEAD, Role.BRANCH, "other_branch"),
        (Role.BRANCH, Role.BRANCH_HEAD, "branch"),
        (Role.REGION, Role.HEAD_OFFICE, "head"),
        (Role.REGION, Role.AUDITOR, "head"),
        (Role.HEAD_OFFICE, Role.SYSTEM, "head"),
        (Role.BRANCH_HEAD, Role.SUB_BRANCH, "branch"),
    ],
)
def test_grant_above_outside_or_unfit_is_refused(database: object, by: Role, role: Role, office: str) -> None:
    name = f"tidak-{by.value.replace('_', '')}-{role.value.replace('_', '')}"
    assert create(logged_in(make_user(by)), role, getattr(tree(), office).id, name) in (403, 422)
    assert not User.objects.filter(username=name).exists()


def test_verbs_check_what_a_forged_form_skips(database: object) -> None:
    from perisai.accounts import user as verbs
    from perisai.accounts.audience import Viewer
    from perisai.errors import Refused
    from perisai.events.work import Work

    viewer = Viewer.of(make_user(Role.BRANCH_HEAD))
    with pytest.raises(Refused, match="E2011"), Work.open(scope=viewer.scope) as work:
        verbs.create_user(work, viewer=viewer, username="naik", full_name="X", role=Role.REGION, office=tree().region)
    with pytest.raises(Refused, match="E2011"), Work.open(scope=viewer.scope) as work:
        verbs.deactivate(work, viewer=viewer, user=make_user(Role.BRANCH, tree().other_branch))


def test_deactivate_ends_sessions_at_once(database: object) -> None:
    user = make_user(Role.BRANCH)
    theirs, head = with_session(user), logged_in(make_user(Role.BRANCH_HEAD))
    assert act(head, user, "deactivate") == 302
    assert theirs.get("/console/accounts/me/").status_code == 302
    assert not UserSession.objects.filter(user=user).exists()
    assert act(head, user, "reactivate") == 302
    assert theirs.get("/console/accounts/me/").status_code == 302, "the old session does not come back"


def test_end_one_session_of_another_user_truly_ends_it(database: object) -> None:
    user = make_user(Role.BRANCH)
    one, two = with_session(user), with_session(user)
    ended = UserSession.objects.get(session_key=one.session.session_key)
    key = ended.session_key
    assert act(logged_in(make_user(Role.BRANCH_HEAD)), user, "sessions", session=str(ended.pk)) == 302
    assert not Session.objects.filter(session_key=key).exists()
    assert one.get("/console/accounts/me/").status_code == 302
    assert two.get("/console/accounts/me/").status_code == 200


def test_session_of_somebody_else_is_not_ended_by_its_number(database: object) -> None:
    user, other = make_user(Role.BRANCH), make_user(Role.BRANCH)
    theirs = with_session(other)
    number = UserSession.objects.get(user=other).pk
    assert act(logged_in(make_user(Role.BRANCH_HEAD)), user, "sessions", session=str(number)) == 404
    assert theirs.get("/console/accounts/me/").status_code == 200


def test_own_sessions_end_from_the_own_list(database: object) -> None:
    user = make_user(Role.BRANCH)
    here, there = with_session(user), with_session(user)
    assert "perangkat ini" in here.get("/accounts/sessions/").content.decode()
    here.post("/accounts/sessions/")
    assert there.get("/console/accounts/me/").status_code == 302
    assert here.get("/console/accounts/me/").status_code == 200


def test_reset_of_password_and_second_factor_end_sessions(database: object) -> None:
    head, user = logged_in(make_user(Role.BRANCH_HEAD)), make_user(Role.BRANCH)
    theirs = with_session(user)
    assert act(head, user, "mfa") == 302
    assert not has_second_factor(user)
    assert theirs.get("/console/accounts/me/").status_code == 302
    page = head.post(f"{PAGE}{user.pk}/password/").content.decode()
    user.refresh_from_db()
    assert user.check_password(page.split('class="code secret">')[1].split("<")[0])


def test_nobody_closes_or_moves_themselves(database: object) -> None:
    user = make_user(Role.BRANCH_HEAD)
    client = logged_in(user)
    assert act(client, user, "deactivate") == 422
    assert act(client, user, "mfa") == 422


def test_list_holds_own_part_of_the_tree_only(database: object) -> None:
    mine, theirs = make_user(Role.SUB_BRANCH), make_user(Role.BRANCH, tree().other_branch)
    found = logged_in(make_user(Role.BRANCH_HEAD)).get(f"{PAGE}?q=uji-").content.decode()
    assert mine.username in found
    assert theirs.username not in found
    assert logged_in(make_user(Role.BRANCH_HEAD)).get(f"{PAGE}{theirs.pk}/").status_code == 404
    assert logged_in(make_user(Role.AUDITOR)).get(f"{PAGE}{theirs.pk}/").status_code == 200

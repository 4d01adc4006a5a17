"""The quota's pages through the front door: what is shown, who may do what, and how a request travels."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from perisai.accounts.models import Role, User
from perisai.figures import take
from perisai.figures.definition import figures
from perisai.members import jobs
from perisai.offices.models import Office, OfficeKind
from perisai.offices.scopes import BRANCH, Watch
from perisai.targets.quotas import setting as quota_setting
from perisai.targets.quotas import then
from tests.accounts.people import logged_in, make_user
from tests.targets.quota_world import ZONE, Holder, lent, quota_of
from tests.world import Branch, jakarta_today, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")


def officer(branch: Branch, role: Role) -> User:
    user = make_user(role, Office.objects.get(id=branch.id))
    User.objects.filter(id=user.id).update(language="en")
    return user


def above(branch: Branch) -> User:
    """Of a region office over this branch alone."""
    with system_work(branch) as work:
        region = 90_000 + branch.id
        work.execute(
            "INSERT INTO offices_office (id, kind, path, code, name, timezone, province_code, regencies, address, is_demo, is_open)"
            " VALUES (%s, 'region', ARRAY[%s::int], %s, 'Kanwil Uji', 'Asia/Jakarta', '15', '{}', '', true, true)",
            [region, region, f"KW-{region}"],
        )
        work.execute(
            "UPDATE offices_office SET path = ARRAY[%s::int, %s::int] WHERE id = %s", [region, branch.id, branch.id]
        )
    user = make_user(Role.REGION, Office.objects.get(id=region, kind=OfficeKind.REGION))
    User.objects.filter(id=user.id).update(language="en")
    return user


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, f"{address}: {answer.status_code}"
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture
def full() -> tuple[Branch, Holder, Holder]:
    """Two places of which one is lent; one worker in and two in the queue."""
    now = datetime.now(UTC)
    branch = make_branch(target=2)
    away, near = Holder(branch), Holder(branch)
    assert away.slots(now) == 1
    near.push(3, at=now)
    return branch, away, near


def test_a_branch_sees_queue_leases_and_cap(full: tuple[Branch, Holder, Holder]) -> None:
    branch, away, _near = full
    for role in (Role.BRANCH_HEAD, Role.BRANCH):
        shown = page(logged_in(officer(branch, role)), f"/console/targets/quota/{branch.id}/")
        assert "Queue <span" in shown
        assert shown.count("/console/members/reviews/") >= 2
        assert "The cap is reached" in shown or "too few working days" in shown
        assert (str(away.device) in shown) is (role is Role.BRANCH_HEAD), "who may take slots back"
    page(logged_in(officer(make_branch(), Role.BRANCH_HEAD)), f"/console/targets/quota/{branch.id}/", 404)


def test_slots_are_taken_back_once(full: tuple[Branch, Holder, Holder]) -> None:
    branch, away, _near = full
    address = f"/console/targets/quota/{branch.id}/leases/{away.device}/back/"
    assert logged_in(officer(branch, Role.BRANCH)).post(address).status_code == 403
    client = logged_in(officer(branch, Role.BRANCH_HEAD))
    assert client.post(address).status_code == 302
    assert lent(branch) == 0
    assert client.post(address).status_code == 404


def test_a_request_travels_to_the_region_and_the_queue_moves(full: tuple[Branch, Holder, Holder]) -> None:
    branch, _away, _near = full
    head, region = logged_in(officer(branch, Role.BRANCH_HEAD)), logged_in(above(branch))
    mine = f"/console/targets/quota/{branch.id}/"
    assert "Requests for more" in page(head, mine)
    assert head.post(mine + "ask/", {"slots": "2", "why": " "}).status_code == 422
    assert head.post(mine + "ask/", {"slots": "2", "why": "Pasar baru"}).status_code == 302
    assert head.post(mine + "ask/", {"slots": "2", "why": "Pasar baru"}).status_code == 409
    assert "/console/targets/quota/requests/" in page(region, "/console/"), "it stands among what waits"
    listed = page(region, "/console/targets/quota/requests/")
    assert "Pasar baru" in listed
    (answer,) = set(re.findall(rf"{mine}requests/[0-9a-f-]+/", listed))
    assert head.post(answer, {"decision": "approve", "granted": "2"}).status_code == 404
    assert region.post(answer, {"decision": "approve", "granted": "3"}).status_code == 422
    assert region.post(answer, {"decision": "refuse", "answer": ""}).status_code == 422
    assert region.post(answer, {"decision": "approve", "granted": "2", "answer": "Setuju"}).status_code == 302
    assert region.post(answer, {"decision": "refuse", "answer": "x"}).status_code == 409
    assert jobs.admit(branch.id, ZONE) == 2
    assert quota_of(branch, datetime.now(UTC)).cap == 4
    assert "Setuju" in page(head, mine)


def test_rules_from_a_month_on_and_what_they_refuse() -> None:
    branch = make_branch(target=None)
    client = logged_in(officer(branch, Role.BRANCH_HEAD))
    mine, year = f"/console/targets/quota/{branch.id}/", jakarta_today().year + 1
    form = {"from_month": f"{year}-01", "every": "quarter", "cap_percent": "90", "mode": "block", "why": "Rapat kerja"}
    assert client.post(mine + "rules/", form | {"from_month": f"{year}-02"}).status_code == 422
    assert client.post(mine + "rules/", form | {"why": ""}).status_code == 422
    assert client.post(mine + "rules/", form | {"every": "week"}).status_code == 422
    assert client.post(mine + "rules/", form | {"from_month": f"{year - 2}-01"}).status_code == 422, "it is over"
    assert client.post(mine + "rules/", form | {"by_segment": "1"}).status_code == 302
    target = {"period": f"{year}-02", "target": "100", "cap_percent": "90", "mode": "block", "reason": "assigned"}
    assert client.post(mine + "change/", target | {"segment": "BPU"}).status_code == 302
    shown = page(client, mine + f"?period={year}-03")
    assert "Each quarter" in shown
    assert "90 (90%" in shown
    assert logged_in(officer(branch, Role.BRANCH)).post(mine + "rules/", form).status_code == 403


def test_a_past_figure_opens_the_quota_as_it_stood(full: tuple[Branch, Holder, Holder]) -> None:
    """What is counted each day is what past figures are of; later changes are not in it."""
    branch, _away, _near = full
    now = datetime.now(UTC)
    with system_work(branch) as work:
        take.take(work, branch_id=branch.id, timezone=ZONE)
        quota_setting.set_quota(work, branch_id=branch.id, period=jakarta_today().replace(day=1), target=50)
        (row,) = then.of_day(work, branches=[branch.id], day=(now + timedelta(hours=7)).date())
    assert (row["cap"], row["consumed"], row["leased"], row["slots_left"]) == (2, 1, 1, 0)
    client = logged_in(officer(branch, Role.BRANCH_HEAD))
    day = (now - timedelta(days=40)).date()
    address = figures()["quota_cap"].address(Watch(BRANCH, str(branch.id)), day, day, day)
    shown = page(client, address)
    assert f"as_of={day}" in address
    assert "Nothing was kept of that day." in shown
    assert f"/console/targets/quota/{branch.id}/?period={day:%Y-%m}" in shown, "and where today's is"
    assert "Back to now" in shown

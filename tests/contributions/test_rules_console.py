"""Staff pages of rules, through the front door: what holds on a day, and a change from its form to being in force."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from perisai.accounts.models import Role, User
from perisai.contributions.cover.rule import add_months
from perisai.contributions.rule_changes import trial as rule_trial
from perisai.contributions.rules import in_force as rules
from perisai.contributions.rules.in_force import load
from perisai.offices.models import Office
from tests.accounts.people import logged_in, make_user
from tests.contributions.covered import make_members
from tests.contributions.rule_world import acting, clean_rules, user
from tests.world import jakarta_today

CEILING = {
    "by": "form",
    "figure": "tariff.jkm",
    "since": "2030-01-01",
    "value": "7.000",
    "reference": "PP tiruan 1/2029",
    "why": "Peraturan baru tentang JKM",
}


@pytest.fixture(autouse=True)
def _clean(database: Path) -> Iterator[None]:
    with clean_rules():
        yield


def _person(role: Role = Role.HEAD_OFFICE) -> tuple[Client, User]:
    user()  # makes the head office
    person = make_user(role, Office.objects.get(id=1))
    person.language = "en"
    person.save(update_fields=["language"])
    return logged_in(person), person


def _text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def _run_trial() -> None:
    with acting(None) as work:
        waiting = work.rows("SELECT id FROM contributions_rule_trial WHERE state = 'running'")
    for (trial_id,) in waiting:
        rule_trial.run(trial_id)


def test_rules_on_a_day_are_those_of_that_day_with_source_and_what_comes_next() -> None:
    client, _ = _person(Role.AUDITOR)
    page = _text(client, "/console/rules/?day=2026-11-23")
    for said in ("Rp11.086.300", "Circular B/1226/022026", "0.54%", "What changes next", "No relief", "Perdir 22/2022"):
        assert said in page, said
    before = _text(client, "/console/rules/?day=2026-02-28")
    assert "from 1 Mar 2026: Rp11.086.300" in before
    assert "5.1%" in before
    only = _text(client, "/console/rules/?q=ceiling+JP")
    assert "Highest wage that JP is computed on" in only
    assert "Youngest age" not in only
    assert "No rule has these words" in _text(client, "/console/rules/?q=xyzzy")
    assert client.get("/console/rules/?day=99999-99-99").status_code == 200


def test_rules_are_shown_in_indonesian_by_default() -> None:
    user()
    client = logged_in(make_user(Role.AUDITOR, Office.objects.get(id=1)))
    assert "Batas atas upah untuk JP" in _text(client, "/console/rules/")


def test_change_by_the_form_is_tried_approved_by_another_and_in_force() -> None:
    members = make_members(3)
    (client, _), (other, _) = _person(), _person()
    proposed = client.post("/console/rules/new/bpu_tariff.yaml/", CEILING)
    assert proposed.status_code == 302, proposed.content.decode()[:3000]
    address = proposed["Location"]
    page = _text(client, address)
    for said in ("Rp6.800", "Rp7.000", "1 Jan 2030", "PP tiruan 1/2029", "Not tried yet", "Waits for a decision"):
        assert said in page, said
    assert client.post(f"{address}try/").status_code == 302
    assert "branches" in _text(client, f"{address}trial/")
    assert client.post(f"{address}try/").status_code == 409
    _run_trial()
    page = _text(other, address)
    with acting(None) as work:
        (row,) = work.rows("SELECT result, state, done, branches FROM contributions_rule_trial")
    result = json.loads(row[0]) if isinstance(row[0], str) else row[0]
    assert row[1:] == ("done", row[3], row[3])
    (of_branch,) = [one for one in result["branches"] if one["branch"] == members.branch.id]
    assert of_branch == {"branch": members.branch.id, "bills": 36, "changed": 36, "before": of_branch["before"],
                         "after": of_branch["before"] + 36 * 200}  # fmt: skip
    assert sum(one["changed"] for one in result["months"]) == result["changed"]
    assert sum(one["after"] for one in result["bands"]) == result["after"]
    assert len(result["largest"]) == min(10, result["members_changed"])
    assert {one["after"] - one["before"] for one in result["largest"]} == {2_400}
    assert client.post(f"{address}approve/").status_code == 403
    version = load().version
    assert other.post(f"{address}approve/").status_code == 302
    rules._seen.looked_at = float("-inf")
    assert load().version != version
    assert client.get("/api/v1/reference/rules").json()["version"] == load().version
    assert "from 1 Jan 2030: Rp7.000" in _text(client, "/console/rules/")
    assert "Approved" in _text(client, "/console/rules/changes/")
    assert client.post(f"{address}withdraw/", {"reason": ""}).status_code == 422
    assert client.post(f"{address}withdraw/", {"reason": "Peraturan dibatalkan"}).status_code == 302
    rules._seen.looked_at = float("-inf")
    assert load().version == version
    assert "Taken out before its day" in _text(client, address)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"value": "70 persen"}, "E4216"),
        ({"since": ""}, "E4216"),
        ({"figure": "tariff.nothing"}, "tariff.nothing"),
        ({"since": "2015-07-01"}, "2015-07-01"),
        ({"since": "2030-01-02"}, "is no first of a month"),
        ({"since": "2020-01-01"}, "E4205"),
        ({"why": "x"}, "E4206"),
        ({"by": "text", "text": "tariff: ["}, "bpu_tariff.yaml:"),
        ({"value": "6801"}, "is no whole rupiah"),
    ],
)
def test_new_refuses_with_what_to_do_and_keeps_what_was_typed(changes: dict[str, str], said: str) -> None:
    client, _ = _person()
    answer = client.post("/console/rules/new/bpu_tariff.yaml/", CEILING | changes)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_pages_of_changes_are_for_their_roles() -> None:
    branch = make_members(1).branch
    staff = logged_in(make_user(Role.BRANCH, Office.objects.get(id=branch.id)))
    assert staff.get("/console/rules/").status_code == 200
    assert staff.get("/console/rules/changes/").status_code == 200
    assert staff.get("/console/rules/new/bpu_tariff.yaml/").status_code in (403, 404)
    assert staff.post("/console/rules/new/bpu_tariff.yaml/", CEILING).status_code in (403, 404)
    head, _ = _person()
    assert head.get("/console/rules/new/nik.yaml/").status_code == 404
    assert head.get("/console/rules/changes/01a20695-bf17-7c2d-a5d8-17398158d359/").status_code == 404
    assert head.get("/console/rules/new/bpu_tariff.yaml/").status_code == 200


def test_trial_takes_terms_and_state_funding_of_each_month(database: Path) -> None:
    members = make_members(3)
    month = add_months(jakarta_today(), 1)
    changed, funded, plain = members.ids
    with members.work() as work:
        work.execute(
            "INSERT INTO contributions_terms (branch_id, enrolment_id, from_month, income, base_income, programmes, jobs,"
            " transport, employs_others, changed_at) VALUES (%s, %s, %s, 9000000, 8700000, '{JKK,JKM,JHT}', '{}', false, false,"
            " now())",
            [members.branch.id, changed, month],
        )
        sponsor = work.rows(
            "INSERT INTO payers_sponsor (branch_id, kind, name, reference, contact_name, contact_phone,"
            " is_state, first_month, last_month,"
            " made_at) VALUES (%s, 'local_budget', 'Kota', '', '', '', true, %s, %s, now()) RETURNING id",
            [members.branch.id, month, add_months(month, 12)],
        )[0][0]
        work.execute(
            "INSERT INTO payers_funding (branch_id, sponsor_id, enrolment_id, first_month, is_state, made_at)"
            " VALUES (%s, %s, %s, %s, true, now())",
            [members.branch.id, sponsor, funded, month],
        )
    after = add_months(month, 2)
    with members.work() as work:
        rows = work.rows(rule_trial._MEMBERS, {"branch": members.branch.id, "first": month, "last": after})
        before = work.rows(
            rule_trial._MEMBERS,
            {"branch": members.branch.id, "first": add_months(month, -1), "last": add_months(month, -1)},
        )
        turning = work.rows(
            rule_trial._MEMBERS,
            {"branch": members.branch.id, "first": add_months(month, -1), "last": add_months(month, 1)},
        )
    of = {
        group.some[0]: group.asked((month, add_months(month, 1), after))
        for group in (rule_trial.Group(*row) for row in rows)
    }
    assert [len(of[one]) for one in members.ids] == [1, 1, 1]
    assert of[changed][0].income == 9_000_000
    assert of[changed][0].programmes == {"JKK", "JKM", "JHT"}
    assert [of[one][0].funded_by_state for one in (changed, funded, plain)] == [False, True, False]
    assert [row[3] for row in before] == [3]
    months = (add_months(month, -1), month, add_months(month, 1))
    of = {group.some[0]: group.asked(months) for group in (rule_trial.Group(*row) for row in turning)}
    assert [(one.months, one.income) for one in of[changed]] == [
        ((months[0],), 1_500_000), ((months[1],), 9_000_000), ((months[2],), 9_000_000),
    ]  # fmt: skip
    assert [one.funded_by_state for one in of[funded]] == [False, True, True]
    assert [one.months for one in of[plain]] == [months]

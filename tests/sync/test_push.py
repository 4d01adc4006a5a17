"""Push through the front door: exactly once, held, forked, refused, and a fixed number of statements."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from perisai.events.recount import recount
from perisai.web.simulate.phone import Phone
from tests.world import FieldAgent, jakarta_today, make_agent, make_branch, some_job, system_work, worker

NOBODY = "00000000-0000-7000-8000-000000000000"
PhoneOf = Callable[[FieldAgent], Phone]


def count_enrolments(agent: FieldAgent) -> int:
    with system_work(agent.branch) as work:
        row = work.row("SELECT count(*) FROM members_enrolment WHERE branch_id = %s", [agent.branch.id])
    assert row is not None
    return int(row[0])


def test_push_twenty_enrolments_are_accepted_with_bill(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    for _ in range(20):
        phone.op("enrol", worker())
    answers = phone.push()
    assert [a["status"] for a in answers] == ["accepted"] * 20, answers[0]
    assert len({a["result"]["payment_code"] for a in answers}) == 20
    assert all(a["result"]["pay_link"].startswith("http") for a in answers)
    with system_work(agent.branch) as work:
        proof = recount(work, branch_id=agent.branch.id)
        sealed = work.rows("SELECT nik_sealed FROM members_person WHERE branch_id = %s", [agent.branch.id])
    assert proof.proved, proof.differences
    assert not any(b"157108" in bytes(row[0]) for row in sealed)


def test_push_again_gives_same_answers_and_nothing_twice(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    for _ in range(3):
        phone.op("enrol", worker())
    sent = list(phone.outbox)
    first = phone.push()
    phone.outbox = sent
    second = phone.push()
    assert [a["result"]["payment_code"] for a in first] == [a["result"]["payment_code"] for a in second]
    assert count_enrolments(agent) == 3


def test_push_reads_only_its_own_ops_to_note_what_was_decided(phone_of: PhoneOf) -> None:
    """By branch and device alone it read all that the phone had ever sent: 7 ms a push after 7,000 ops."""
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    for _ in range(50):
        phone.op("enrol", worker())
    phone.push()
    phone.op("enrol", worker())
    sent: list[tuple[Any, Any]] = []

    def listen(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        phone.push()
    decide, given = next(one for one in sent if "UPDATE sync_op AS o" in one[0])
    with system_work(agent.branch) as work:
        work.execute("SET LOCAL enable_seqscan = off")
        [[[plan]]] = work.rows(f"EXPLAIN (FORMAT JSON) {decide}", given)  # type: ignore[arg-type]  # as it was sent
    assert "op_id" in "".join(_index_conditions(plan["Plan"])), plan


def test_push_asks_counters_for_nothing_and_adds_by_their_key(phone_of: PhoneOf) -> None:
    """Whatever indexes screens get, none of them can change what a push reads: it only adds, where the primary key says."""
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    phone.op("enrol", worker())
    sent: list[tuple[Any, Any]] = []

    def listen(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        phone.push()
    ((add, given),) = [one for one in sent if "events_counter" in str(one[0])]
    with system_work(agent.branch) as work:
        [[[plan]]] = work.rows(f"EXPLAIN (FORMAT JSON) {add}", given)  # type: ignore[arg-type]  # as it was sent
    assert plan["Plan"]["Conflict Arbiter Indexes"] == ["events_counter_pkey"]
    assert [below["Node Type"] for below in plan["Plan"]["Plans"] if "Relation Name" in below] == []


def _index_conditions(node: dict[str, Any]) -> list[str]:
    below = [found for child in node.get("Plans", []) for found in _index_conditions(child)]
    return [node["Index Cond"], *below] if "Index Cond" in node else below


def test_push_statements_do_not_depend_on_size(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    phone.op("enrol", worker())
    phone.push()
    counts = []
    for size in (1, 5, 200):
        for _ in range(size):
            phone.op("enrol", worker())
        with CaptureQueriesContext(connection) as captured:
            answers = phone.push()
        assert {a["status"] for a in answers} == {"accepted"}
        counts.append(len(captured))
    assert counts[0] == counts[1] == counts[2], counts


def test_push_out_of_order_is_held_then_judged(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    for _ in range(3):
        phone.op("enrol", worker())
    first, second, third = phone.outbox
    phone.outbox = [third]
    assert [a["status"] for a in phone.push()] == ["held"]
    phone.outbox = [first, second]
    assert [a["status"] for a in phone.push()] == ["accepted", "accepted"]
    phone.outbox = [third]
    assert [a["status"] for a in phone.push()] == ["accepted"]


def test_push_same_id_other_bytes_is_a_conflict(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    phone.op("enrol", worker())
    line = phone.outbox[0]
    phone.push()
    changed = json.loads(line)
    changed["body"]["income"] = 9_000_000
    phone.outbox = [json.dumps(changed).encode()]
    assert [a["status"] for a in phone.push()] == ["conflict"]
    assert count_enrolments(agent) == 1


def test_push_one_bad_op_does_not_block_the_others(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    phone.op("enrol", worker())
    phone.op("enrol", {"nik": 5})
    phone.op("no such kind", {})
    phone.op("enrol", worker(nik="1571083201900001"))
    phone.op("enrol", worker(birth_date="1950-01-01"))
    phone.op("enrol", worker(region="99.99.99.9999"))
    phone.op("enrol", worker(name="\x00"))
    phone.op("enrol", worker())
    answers = phone.push()
    assert [a["status"] for a in answers] == [
        "accepted", "rejected", "review", "rejected", "rejected", "rejected", "rejected", "accepted",
    ]  # fmt: skip
    assert [a["code"] for a in answers][1:7] == ["E3001", "E6001", "E3003", "E3002", "E3001", "E3001"]
    assert answers[1]["text"]["id"]


def test_push_op_that_breaks_the_database_stands_alone_in_review(
    phone_of: PhoneOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    from perisai.members.enrolments import store

    agent = make_agent(make_branch())
    phone = phone_of(agent)
    marked = worker(name="Pemecah Basisdata")
    for body in (worker(), worker(), marked, worker(), worker()):
        phone.op("enrol", body)
    person = store._person

    def broken(one: store.Candidate) -> dict[str, object]:
        row = person(one)
        return row | {"sex": "X"} if one.entry.name == marked["name"] else row

    monkeypatch.setattr(store, "_person", broken)
    answers = phone.push()
    assert [a["status"] for a in answers] == ["accepted", "accepted", "review", "accepted", "accepted"]
    assert answers[2]["code"] == "E6001"
    with system_work(agent.branch) as work:
        assert recount(work, branch_id=agent.branch.id).proved


def test_push_line_of_other_device_is_invalid(phone_of: PhoneOf) -> None:
    branch = make_branch()
    phone, other = phone_of(make_agent(branch)), phone_of(make_agent(branch))
    other.op("enrol", worker())
    phone.op("enrol", worker())
    phone.outbox = [*other.outbox, *phone.outbox]
    assert [a["status"] for a in phone.push()] == ["invalid", "accepted"]


def test_push_forged_signature_is_refused(phone_of: PhoneOf) -> None:
    phone, other = phone_of(make_agent(make_branch())), phone_of(make_agent(make_branch()))
    phone.op("enrol", worker())
    body, headers = phone.signed_push(phone.outbox)
    other.device = phone.device
    _, forged = other.signed_push(phone.outbox)
    response = phone.http.post("/api/v1/sync/push", content=body, headers=forged)
    assert (response.status_code, response.json()["code"]) == (401, "E2003")
    replayed = phone.http.post(
        "/api/v1/sync/push",
        content=body,
        headers=headers | {"X-Perisai-Device": "00000000-0000-7000-8000-000000000000"},
    )
    assert replayed.json()["code"] == "E2001"


@pytest.mark.parametrize("content", [b"", b"\n", b"garbage", b"{}\n" * 3, b"\xff\xfe" * 100, b"[" * 50_000])
def test_push_garbage_is_told_so(phone_of: PhoneOf, content: bytes) -> None:
    phone = phone_of(make_agent(make_branch()))
    _, headers = phone.signed_push([content])
    response = phone.http.post("/api/v1/sync/push", content=content, headers=headers)
    assert response.status_code == 400
    assert response.json()["text"]["id"]


def test_push_of_fifty_megabytes_is_refused(phone_of: PhoneOf) -> None:
    phone = phone_of(make_agent(make_branch()))
    response = phone.http.post(
        "/api/v1/sync/push", content=b"x" * 50_000_000, headers={"X-Perisai-Device": phone.device}
    )
    assert (response.status_code, response.json()["code"]) == (413, "E1003")


def test_push_above_a_limit_is_told_the_limits(phone_of: PhoneOf) -> None:
    phone = phone_of(make_agent(make_branch()))
    for _ in range(201):
        phone.op("enrol", {})
    many, headers = phone.signed_push(phone.outbox)
    for body in (many, b"x" * (4 * 2**20 + 1)):
        answer = phone.http.post("/api/v1/sync/push", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "E1003")
        assert answer.json()["limits"] == {"ops": 200, "bytes": 4 * 2**20}
        assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert [a["status"] for a in phone.push()] == ["rejected"] * 201


def test_push_from_revoked_phone_drains_into_review(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    with system_work(agent.branch) as work:
        work.execute("UPDATE accounts_device SET state = 'revoked' WHERE id = %s", [phone.device])
    phone.op("enrol", worker())
    answers = phone.push()
    assert [(a["status"], a["code"]) for a in answers] == [("review", "E6005")]
    assert count_enrolments(agent) == 0


def test_push_clock_three_days_off_is_judged_by_difference(phone_of: PhoneOf) -> None:
    phone = phone_of(make_agent(make_branch()))
    phone.clock_skew_ms = -3 * 86_400_000
    phone.sync_time()
    phone.op("enrol", worker())
    phone.clock_skew_ms = 3 * 86_400_000
    phone.op("enrol", worker())
    answers = phone.push()
    assert [a["status"] for a in answers] == ["accepted", "review"]
    assert answers[1]["code"] == "E6004"


def test_push_without_licence_at_captured_time_is_rejected(phone_of: PhoneOf) -> None:
    long_ago = jakarta_today() - timedelta(days=400)
    phone = phone_of(make_agent(make_branch(), valid_from=long_ago, valid_to=long_ago + timedelta(days=30)))
    phone.op("enrol", worker())
    assert [(a["status"], a["code"]) for a in phone.push()] == [("rejected", "E3021")]


def test_push_over_the_cap_waits_in_review(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch(target=3))
    phone = phone_of(agent)
    for _ in range(5):
        phone.op("enrol", worker())
    answers = phone.push()
    assert [a["status"] for a in answers] == ["accepted"] * 3 + ["review"] * 2
    assert answers[4]["code"] == "E5001"
    assert "JMO" in answers[4]["text"]["action"]["id"]


def test_push_same_person_again_gets_the_same_answer_as_a_likeness(phone_of: PhoneOf) -> None:
    branch, elsewhere = make_branch(), make_branch()
    first, second = phone_of(make_agent(branch)), phone_of(make_agent(elsewhere))
    body = worker()
    first.op("enrol", body)
    first.push()
    second.op("enrol", worker(nik=body["nik"]))
    like = worker(name=body["name"], birth_date=body["birth_date"], phone=body["phone"])
    first.op("enrol", like)
    same, similar = second.push()[0], first.push()[0]
    assert same["status"] == similar["status"] == "review"
    assert (same["code"], same["text"]) == (similar["code"], similar["text"])
    assert set(same["result"]) == set(similar["result"])


def test_push_cancel_returns_slot_and_nik(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch(target=1))
    phone = phone_of(agent)
    body = worker()
    enrol = phone.op("enrol", body)
    phone.op("cancel", {"enrolment_op": enrol, "reason": "mistake"})
    phone.op("cancel", {"enrolment_op": enrol, "reason": "mistake"})
    phone.op("enrol", body)
    assert [a["status"] for a in phone.push()] == ["accepted"] * 3 + ["accepted"]
    with system_work(agent.branch) as work:
        assert work.rows("SELECT max(consumed) FROM targets_quota WHERE branch_id = %s", [agent.branch.id]) == [(1,)]
        net = "SELECT sum(value) FROM events_counter WHERE branch_id = %s AND level = 'b' AND metric = 'accepted'"
        assert work.rows(net, [agent.branch.id]) == [(1,)], "what was taken back no longer counts for the target"
        assert recount(work, branch_id=agent.branch.id).proved


def test_pull_shows_members_and_moves_the_cursor(phone_of: PhoneOf) -> None:
    phone = phone_of(make_agent(make_branch()))
    for _ in range(3):
        phone.op("enrol", worker(jobs=[{"code": some_job("transport")}]))
    phone.push()
    members, me = phone.pull()
    assert len(members) == 3
    assert {m["state"] for m in members} == {"accepted"}
    assert all("*" in m["nik"] for m in members)
    assert me["today"]["enrolled"] == 3
    assert me["dues"]["count"] == 3
    assert phone.pull()[0] == []


def test_photo_resumes_and_is_checked(phone_of: PhoneOf) -> None:
    phone = phone_of(make_agent(make_branch()))
    picture = b"\xff\xd8\xff" + bytes(range(256)) * 2000
    card = {"sha256": hashlib.sha256(picture).hexdigest(), "size": len(picture), "type": "image/jpeg"}
    phone.op("enrol", worker(id_card=card))
    phone.push()
    path = f"/api/v1/attachments/{card['sha256']}"
    half = phone.signed("PATCH", path, picture[:200_000], {"Upload-Offset": "0"})
    assert half.json() == {"offset": 200_000, "size": len(picture), "complete": False}
    wrong = phone.signed("PATCH", path, picture[:10], {"Upload-Offset": "5"})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "E6010")
    phone.upload(picture)
    assert phone.signed("GET", path).json()["complete"] is True


def test_photo_with_other_bytes_is_dropped(phone_of: PhoneOf) -> None:
    phone = phone_of(make_agent(make_branch()))
    picture = b"\xff\xd8\xff" + b"a" * 1000
    card = {"sha256": hashlib.sha256(picture).hexdigest(), "size": len(picture), "type": "image/jpeg"}
    phone.op("enrol", worker(id_card=card))
    phone.push()
    path = f"/api/v1/attachments/{card['sha256']}"
    answer = phone.signed("PATCH", path, picture[:-1] + b"b", {"Upload-Offset": "0"})
    assert (answer.status_code, answer.json()["code"]) == (422, "E6011")
    assert phone.signed("GET", path).json()["offset"] == 0


def test_signed_request_with_old_token_is_refused(phone_of: PhoneOf) -> None:
    phone = phone_of(make_agent(make_branch()))
    phone.token = "T1.1000.AAAA"
    response = phone.signed("GET", "/api/v1/sync/pull?cursor=0&limit=5")
    assert (response.status_code, response.json()["code"]) == (401, "E2004")
    assert isinstance(response, httpx.Response)

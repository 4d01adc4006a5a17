"""The outbox as a file at the office: exactly once, only from a phone of one's own agents, with its photos."""

import hashlib
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from perisai.accounts.models import Role
from perisai.members.photos import photo
from perisai.offices.models import Office
from perisai.offices.office import create_office
from perisai.web.simulate.phone import SEALED, Phone
from tests.accounts.people import client_of, logged_in, make_user
from tests.world import Branch, FieldAgent, make_agent, make_branch, system_work, worker

PhoneOf = Callable[[FieldAgent], Phone]
PAGE = "/console/outbox/"
JPEG = b"\xff\xd8\xff" + bytes(range(256)) * 1200


def office(branch: Branch, role: Role = Role.BRANCH) -> Client:
    return client_of(role, branch.id, language="en")


def bring(client: Client, content: bytes) -> Any:
    return client.post(PAGE, {"file": SimpleUploadedFile("antrean.perisai", content)})


def states(page: Any) -> list[str]:
    """What came of each record, as the page says it."""
    return re.findall(r'class="state \w*">.*?</svg>([^<]+)</span>', page.content.decode())


def figures(page: Any) -> list[int]:
    """New, here already, not taken, photos stored."""
    assert page.status_code == 200, page.content.decode()
    return [int(found) for found in re.findall(r'class="figure-value">(\d+)<', page.content.decode())]


def card(picture: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(picture).hexdigest(), "size": len(picture), "type": "image/jpeg"}


def known(phone_of: PhoneOf, agent: FieldAgent) -> Phone:
    phone = phone_of(agent)
    phone.pull()
    return phone


def rows_of(branch: Branch, sql: Any) -> list[tuple[Any, ...]]:
    with system_work(branch) as work:
        return work.rows(sql, [branch.id])


def enrolments(branch: Branch) -> int:
    return int(rows_of(branch, "SELECT count(*) FROM members_enrolment WHERE branch_id = %s")[0][0])


def test_file_of_450_ops_is_taken_once_by_file_file_and_network(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone, client = known(phone_of, agent), office(agent.branch)
    bodies = [body for body in (worker() for _ in range(452)) if not body["nik"].endswith("0000")][:450]
    for body in bodies:
        phone.op("enrol", body)
    sent = list(phone.outbox)
    phone.outbox = sent[:30]
    phone.push()
    file = phone.container(sent)
    page = bring(client, file)
    assert figures(page) == [420, 30, 0, 0]
    assert states(page) == ["Accepted"] * 450
    assert bodies[449]["name"] in page.content.decode()
    assert figures(bring(client, file)) == [0, 450, 0, 0]
    phone.outbox = sent
    assert {a["status"] for a in phone.push()} == {"accepted"}
    assert enrolments(agent.branch) == 450
    told = rows_of(
        agent.branch, "SELECT actor_id, detail FROM events_event WHERE branch_id = %s AND kind = 'outbox_imported'"
    )
    assert len(told) == 2
    assert all(actor is not None for actor, _ in told)
    assert [json.loads(detail)["fresh"] for _, detail in told] == [420, 0]


def test_file_twice_and_two_pushes_at_the_same_moment_are_once(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone, clients = known(phone_of, agent), [office(agent.branch) for _ in range(2)]
    bodies = [body for body in (worker() for _ in range(62)) if not body["nik"].endswith("0000")][:60]
    for body in bodies:
        phone.op("enrol", body | {"id_card": card(JPEG)} if body is bodies[0] else body)
    file, sent = phone.container(phone.outbox, [JPEG]), list(phone.outbox)
    plain, headers = phone.signed_push(sent)

    def push(content: bytes, headers: dict[str, str]) -> int:
        return phone.http.post("/api/v1/sync/push", content=content, headers=headers).status_code

    def close_after(act: Callable[[], int]) -> int:
        try:
            return act()
        finally:
            connection.close()

    acts: list[Callable[[], int]] = [
        lambda: bring(clients[0], file).status_code,
        lambda: push(plain, headers),
        lambda: bring(clients[1], file).status_code,
        lambda: push(phone.container(sent), {"Content-Type": SEALED}),
    ]
    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(close_after, acts))
    assert set(codes) == {200}
    phone.outbox = sent
    assert {a["status"] for a in phone.push()} == {"accepted"}
    assert enrolments(agent.branch) == 60
    counted = rows_of(agent.branch, "SELECT count(*), count(DISTINCT op_id) FROM sync_op WHERE branch_id = %s")
    assert counted == [(60, 60)]
    photos = "SELECT count(*) FROM events_event WHERE branch_id = %s AND kind = 'photo_received'"
    assert rows_of(agent.branch, photos) == [(1,)]


def test_photos_of_the_file_are_stored_and_a_second_time_are_here(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone, client = known(phone_of, agent), office(agent.branch)
    phone.op("enrol", worker(id_card=card(JPEG)))
    file = phone.container(phone.outbox, [JPEG, b"\xff\xd8\xff other"])
    assert figures(bring(client, file)) == [1, 0, 0, 1]
    with system_work(agent.branch) as work:
        assert photo.open_photo(work, agent.branch.id, hashlib.sha256(JPEG).digest()) == JPEG
    assert figures(bring(client, file)) == [0, 1, 0, 0]


def test_file_of_a_replaced_phone_goes_to_review_and_its_photo_waits_for_the_decision(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone, client = known(phone_of, agent), office(agent.branch)
    op = phone.op("enrol", worker(id_card=card(JPEG)))
    with system_work(agent.branch) as work:
        work.execute("UPDATE accounts_device SET state = 'replaced', ended_at = now() WHERE id = %s", [phone.device])
    page = bring(client, phone.container(phone.outbox, [JPEG]))
    assert states(page) == ["To be checked"]
    assert "1 kept until their record is decided on" in page.content.decode()
    (review,) = rows_of(agent.branch, "SELECT id, reason FROM members_review WHERE branch_id = %s")
    assert review[1] == "device_ended"
    address = f"/console/members/reviews/{agent.branch.id}/{review[0]}/"
    assert client.get(address).status_code == 200
    assert client.post(f"{address}decide/", {"decide": "accept"}).status_code == 302
    with system_work(agent.branch) as work:
        assert work.row("SELECT state FROM members_enrolment WHERE id = %s", [UUID(op)]) == ("accepted",)
        assert photo.open_photo(work, agent.branch.id, hashlib.sha256(JPEG).digest()) == JPEG


def test_damaged_record_is_told_and_the_others_are_taken(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone, client = known(phone_of, agent), office(agent.branch)
    for _ in range(3):
        phone.op("enrol", worker())
    lines = phone.container(phone.outbox).splitlines(keepends=True)
    row = json.loads(lines[1])
    row["sealed"] = row["sealed"][:-8] + "AAAAAAAA"
    page = bring(client, b"".join([lines[0], json.dumps(row).encode() + b"\n", *lines[2:]]))
    assert states(page) == ["Cannot be read"] + ["Waits for an earlier record"] * 2
    assert figures(page) == [2, 0, 1, 0]


def tampered(phone: Phone) -> dict[str, tuple[bytes, str]]:
    whole = phone.container(phone.outbox)
    head, *middle, end = whole.splitlines(keepends=True)
    stranger = Phone(phone.http, device=phone.device, about=phone.about)
    return {
        "signed by another": (stranger.container(phone.outbox), "E6026"),
        "last record cut out": (b"".join([head, *middle[:-1], end]), "E6026"),
        "cut off": (whole[:-20], "E6020"),
        "no container": (b"PK\x03\x04" + bytes(1000), "E6020"),
        "other branch": (whole.replace(b'"branch":', b'"branch":1', 1), "E6023"),
        "unknown phone": (whole.replace(phone.device.encode(), b"00000000-0000-7000-8000-000000000000"), "E6024"),
        "nothing": (b"", "E6025"),
    }


def test_tampered_unknown_and_foreign_files_are_refused_in_plain_words(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone, client = known(phone_of, agent), office(agent.branch)
    for _ in range(2):
        phone.op("enrol", worker())
    for name, (content, code) in tampered(phone).items():
        page = bring(client, content)
        assert page.status_code >= 400, name
        assert code in page.content.decode(), name
    assert rows_of(agent.branch, "SELECT 1 FROM sync_op WHERE branch_id = %s") == []


def test_only_the_agents_own_offices_may_bring_its_file(phone_of: PhoneOf) -> None:
    branch = make_branch()
    agent = make_agent(branch)
    parent = Office.objects.get(id=branch.id)
    with system_work(branch) as work:
        offices = [
            create_office(work, id=branch.id * 10 + n, kind=kind, code=f"X-{branch.id}-{n}", name="Uji", parent=parent)
            for n, kind in ((1, "agency"), (2, "agency"), (3, "sub_branch"))
        ]
        work.execute("UPDATE agents_agent SET agency_office_id = %s WHERE id = %s", [offices[0].id, agent.id])
    phone = known(phone_of, agent)
    phone.op("enrol", worker())
    file = phone.container(phone.outbox)
    for role, where in (
        (Role.AGENCY, offices[1]),
        (Role.SUB_BRANCH, offices[2]),
        (Role.BRANCH, Office.objects.get(id=make_branch().id)),
    ):
        page = bring(logged_in(make_user(role, where)), file)
        assert (page.status_code, "E6024" in page.content.decode()) == (404, True), role
    page = bring(logged_in(make_user(Role.AGENCY, offices[0])), file)
    assert figures(page) == [1, 0, 0, 0]
    assert logged_in(make_user(Role.AUDITOR)).get(PAGE).status_code == 403


@pytest.mark.parametrize(("language", "word"), [("id", "Antrean dari berkas"), ("en", "Outbox from a file")])
def test_page_speaks_both_languages(database: object, language: str, word: str) -> None:
    user = make_user(Role.BRANCH)
    user.language = language
    user.save()
    assert word in logged_in(user).get(PAGE).content.decode()

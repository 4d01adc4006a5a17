"""Nothing real gets into a practice world, and nothing of it gets out."""

import io
import os
import re
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.conf import settings
from django.test import RequestFactory
from openpyxl import load_workbook
from psycopg import sql

from perisai.errors import Refused
from perisai.events import world
from perisai.events.clock import SystemClock
from perisai.golive import file
from perisai.members.core.port import DemoCore, get_port
from perisai.members.enrolments.example import make_example
from perisai.members.persons.nik import check_nik
from perisai.messages import channel, ways_setting
from perisai.messages.gateway import find_gateway
from perisai.payments.banks import channel_console
from perisai.payments.banks import settings as bank_settings
from perisai.practice import bank, sample
from perisai.web import config as configuration
from perisai.web import practice_world, world_mark
from perisai.web.postgres import Cluster
from tests.members.enrolling import enrol_all
from tests.payments.place import make_billed
from tests.practice.test_doors import visitor
from tests.world import make_agent, make_branch, system_work, worker

TODAY = datetime.now(ZoneInfo("Asia/Jakarta")).date()
REAL, EXAMPLE = "1571080203800001", "1571080203809001"


@pytest.mark.usefixtures("practice")
def test_enrolment_of_a_real_number_is_refused_and_of_an_example_taken() -> None:
    branch = make_branch()
    agent = make_agent(branch)
    birth = {"birth_date": "1980-03-02"}
    enrol_all(agent, [worker(nik=EXAMPLE, **birth), worker(nik=REAL, **birth)])
    with system_work(branch) as work:
        kept = work.rows("SELECT nik_masked FROM members_person WHERE branch_id = %s", [branch.id])
        refused = work.rows(
            "SELECT detail ->> 'code' FROM events_event WHERE branch_id = %s AND kind = 'enrolment_rejected'",
            [branch.id],
        )
    assert len(kept) == 1
    assert refused == [("E9606",)]


@pytest.mark.parametrize(("kind", "is_refused"), [("practice", True), ("real", False), ("demo", False)])
def test_candidate_with_a_real_number_is_refused_in_practice(
    kind: str, is_refused: bool, monkeypatch: pytest.MonkeyPatch, database: Path
) -> None:
    monkeypatch.setattr(settings, "WORLD", kind)
    branch = make_branch(target=None)
    for nik, wrong in ((REAL, is_refused), (EXAMPLE, False)):
        page = visitor().post(f"/daftar-agen/?kantor={branch.id}", {"nik": nik}).content.decode()
        assert ("NIK orang sungguhan tidak diterima" in page) is wrong
        assert 'name="nik"' in page


@pytest.mark.usefixtures("practice")
def test_form_of_candidates_begins_with_an_example_that_can_exist() -> None:
    page = visitor().get(f"/daftar-agen/?kantor={make_branch(target=None).id}").content.decode()
    filled = re.search(r'name="nik" value="(\d{16})"', page)
    assert filled is not None
    for _ in range(100):
        example = make_example(TODAY)
        report = check_nik(example.nik, on=TODAY)
        assert (report.refusals, report.birth_on, report.sex) == ((), example.born_on, "F")
        assert world.is_example(example.nik)


@pytest.mark.usefixtures("practice")
def test_go_live_import_of_the_sample_is_in_order_and_of_real_people_is_not() -> None:
    branch = make_branch(target=None)
    data = sample.sample(TODAY)

    def check(sent: bytes) -> tuple[str, str]:
        with system_work(branch) as work:
            file_id = file.send(work, branch_id=branch.id, name="latihan.xlsx", data=sent)
        file.run_check(branch.id, file_id)
        with system_work(branch) as work:
            row = work.row("SELECT state, problems::text FROM golive_file WHERE id = %s", [file_id])
        assert row is not None
        return row[0], row[1]

    assert check(data) == ("ready", "[]")
    assert sample.sample(TODAY) != data
    book = load_workbook(io.BytesIO(data))
    book["Peserta"].cell(2, 1).value = REAL
    changed = io.BytesIO()
    book.save(changed)
    state, problems = check(changed.getvalue())
    assert state == "wrong"
    assert "practice" in problems


@pytest.mark.usefixtures("practice")
def test_text_never_goes_to_a_gateway_whatever_the_settings() -> None:
    found = find_gateway({"PERISAI_SMS_URL": "https://sms.example/send"})
    assert found is not None
    assert found.url == f"{settings.ORIGIN}/simulate/sms/send"


@pytest.mark.usefixtures("practice")
def test_own_way_of_messages_is_refused_and_the_shown_one_taken() -> None:
    given = {"is_on": "1", "position": "0", "provider": "apprise", "cost": "360"}
    branch = make_branch(target=None)
    with system_work(branch) as work, pytest.raises(Refused, match="E9607"):
        ways_setting.save_channel(
            work, branch_id=branch.id, kind="whatsapp", given=given | {"url": "json://sms.example/send"}
        )
    with system_work(branch) as work:
        ways_setting.save_channel(work, branch_id=branch.id, kind="whatsapp", given=given)
        assert channel.is_simulated()


@pytest.mark.usefixtures("practice")
def test_bank_and_core_of_the_real_world_cannot_be_connected() -> None:
    with system_work(make_branch(target=None)) as work, pytest.raises(Refused, match="E9607"):
        bank_settings.save(work, bank_id="real", given={}, is_new=True)
    for act in ("rotate", "qris", "desk"):
        request = RequestFactory().post("/", {"act": act})
        with pytest.raises(Refused, match="E9607"):
            channel_console._act(cast("Any", request), "real")
    assert isinstance(get_port({"PERISAI_CORE": "file"}), DemoCore)


@pytest.mark.usefixtures("practice")
def test_practice_bank_pays_a_bill_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from perisai.payments.demo import load_demo_banks

    billed = make_billed()
    with system_work(billed.branch) as work:
        load_demo_banks(work)
    given = {"branch_id": billed.branch.id, "enrolment_id": billed.enrolment_id, "actor": None, "clock": SystemClock()}
    assert bank.pay(**given) == billed.amount
    with pytest.raises(Refused, match="E9608"):
        bank.pay(**given)
    with system_work(billed.branch) as work:
        row = work.row("SELECT state FROM contributions_bill WHERE id = %s", [billed.bill_id])
    assert row == ("paid",)


def test_environment_of_the_real_world_stays_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = dict(configuration.environment(configuration.resolve()))
    real = {
        "DATABASE_URL": "postgresql://web@real/perisai",
        "DATABASE_OWNER_URL": "postgresql://owner@real/perisai",
        "PERISAI_SMS_URL": "https://sms.example",
        "PERISAI_KEY_DATA_1": "c2VjcmV0",
        "PERISAI_ORIGIN": "https://perisai.example",
        "PERISAI_WORLD": "real",
    }
    for name, value in (before | real).items():
        monkeypatch.setenv(name, value)
    found = practice_world.enter(str(tmp_path), host="127.0.0.1", port=8123, live_port=None)
    assert found.data == tmp_path / "practice"
    assert found.embedded
    assert found.origin == "http://127.0.0.1:8123"
    assert "@real" not in found.database_url + found.owner_url
    assert os.environ["PERISAI_WORLD"] == "practice"
    assert not {"PERISAI_SMS_URL", "PERISAI_KEY_DATA_1"} & set(os.environ)
    assert "perisai.example" not in " ".join(os.environ.values())


def test_database_in_use_never_becomes_a_practice_world_nor_is_emptied(database: Path) -> None:
    config = configuration.resolve(str(database))
    make_branch(target=None)
    with pytest.raises(world_mark.WrongKind, match="in use"):
        world_mark.require(config.owner_url, "practice")
    with pytest.raises(world_mark.WrongKind):
        practice_world.empty(config)
    with psycopg.connect(config.owner_url) as connection:
        assert connection.execute("SELECT count(*) FROM offices_office").fetchone() != (0,)


@pytest.mark.usefixtures("marked")
def test_practice_database_is_not_started_as_another(database: Path) -> None:
    url = configuration.resolve(str(database)).owner_url
    assert world_mark.read(url) == "practice"
    world_mark.require(url, "practice")
    for kind in ("real", "demo"):
        with pytest.raises(world_mark.WrongKind, match="perisai practice"):
            world_mark.require(url, kind)  # type: ignore[arg-type]


def test_reset_empties_a_practice_database_of_everything(database: Path, tmp_path: Path) -> None:
    cluster, name = Cluster(database), "practice_to_empty"
    with psycopg.connect(cluster.url("superuser", "postgres"), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} OWNER perisai_owner").format(sql.Identifier(name)))
    with psycopg.connect(cluster.url("superuser", name)) as connection:
        connection.execute("ALTER SCHEMA public OWNER TO perisai_owner; CREATE EXTENSION pg_trgm")
    owner = cluster.url("owner", name)
    with psycopg.connect(owner) as connection:
        connection.execute(
            "CREATE TABLE events_world (one boolean PRIMARY KEY, kind text); INSERT INTO events_world VALUES (true, 'practice');"
            "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE parent (a int, m mood) PARTITION BY RANGE (a);"
            "CREATE TABLE part PARTITION OF parent DEFAULT; CREATE SEQUENCE alone;"
            "CREATE FUNCTION of_ours(mood) RETURNS int LANGUAGE sql AS 'SELECT 1'"
        )
    config = configuration.Config(tmp_path, False, owner, owner, "", "")
    (tmp_path / "attachments").mkdir()
    (tmp_path / "keys").mkdir()
    (tmp_path / "run").mkdir()
    practice_world.empty(config)
    assert {path.name for path in tmp_path.iterdir()} == {"keys", "run"}
    with psycopg.connect(owner) as connection:
        left = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace UNION ALL"
            " SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e' UNION ALL"
            " SELECT proname FROM pg_proc WHERE proname = 'of_ours'"
        ).fetchall()
        kept = connection.execute("SELECT similarity('a', 'a')").fetchone()
    assert left == []
    assert kept is not None, "extensions stay"

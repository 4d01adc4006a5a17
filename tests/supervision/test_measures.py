"""Warning, training, suspension, reinstatement, ending, appeal: what each does, and what the agent reads of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection

from perisai.agents import hold
from perisai.agents.licence import Gate, get_standing
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.supervision import appeal, document, ending, measure
from perisai.supervision.document import Paper
from tests.members.enrolling import enrol_all, kinds_of, state_of
from tests.supervision.world_of_files import (
    agent_state,
    days,
    make_officer,
    pdf_bytes,
    picture_bytes,
    read,
    set_agent,
    work_of,
)
from tests.world import Branch, FieldAgent, make_agent, make_branch, make_device, worker

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def place() -> tuple[Branch, FieldAgent, UUID]:
    branch = make_branch()
    return branch, make_agent(branch), make_officer(branch)


def gate_now(branch: Branch, agent: FieldAgent, at: datetime | None = None) -> Gate:
    moment = at or datetime.now(UTC)
    with work_of(branch) as work:
        standing = get_standing(work, branch_id=branch.id, agent_id=agent.id)
    return standing.gate(moment, moment, moment, branch.timezone)[0]


def make_course(branch: Branch) -> tuple[UUID, UUID]:
    course_id, version_id = uuid7(), uuid7()
    with work_of(branch) as work:
        work.execute(
            "INSERT INTO training_course (branch_id, id, published, created_at) VALUES (%s, %s, 1, now())",
            [branch.id, course_id],
        )
        work.execute(
            "INSERT INTO training_version (branch_id, id, course_id, number, title, summary, credit_minutes, pass_percent,"
            " content, revision, published_at) VALUES (%s, %s, %s, 1, 'Etika', '', 60, 70, '{}', 0, now())",
            [branch.id, version_id, course_id],
        )
    return course_id, version_id


def test_warn_is_read_by_the_agent_and_nowhere_in_plain(place: tuple[Branch, FieldAgent, UUID]) -> None:
    branch, agent, officer = place
    set_agent(branch, agent, phone="+6281200000001")
    with work_of(branch, officer) as work:
        measure_id = measure.warn(
            work, branch_id=branch.id, agent_id=agent.id, reason="conduct", text="Berbicara kasar di Pasar Angso Duo"
        )
    entry = read(branch, agent)[0]
    assert (entry["kind"], entry["text"], entry["can_appeal"]) == (
        "warning",
        "Berbicara kasar di Pasar Angso Duo",
        True,
    )
    assert entry["reason"]["id"]
    with work_of(branch) as work:
        kept = work.row("SELECT text_sealed FROM supervision_measure WHERE id = %s", [measure_id])
        told = work.row("SELECT detail::text FROM events_event WHERE subject_id = %s", [measure_id])
        sent = work.row(
            "SELECT purpose FROM messages_message WHERE branch_id = %s AND agent_id = %s", [branch.id, agent.id]
        )
    assert kept is not None
    assert b"kasar" not in bytes(kept[0])
    assert told is not None
    assert "kasar" not in told[0]
    assert sent == ("agent_file",)


def test_warn_without_reason_or_text_is_refused(place: tuple[Branch, FieldAgent, UUID]) -> None:
    branch, agent, officer = place
    for reason, text in (("idle", "Alasan panjang"), ("conduct", "  "), ("conduct", "x" * 3000)):
        with pytest.raises(Refused, match="E9502"), work_of(branch, officer) as work:
            measure.warn(work, branch_id=branch.id, agent_id=agent.id, reason=reason, text=text)
    assert read(branch, agent) == []


def test_suspend_closes_the_gate_and_reinstate_opens_it_again(place: tuple[Branch, FieldAgent, UUID]) -> None:
    branch, agent, officer = place
    with work_of(branch, officer) as work:
        measure.suspend(
            work, branch_id=branch.id, agent_id=agent.id, reason="cash", text="Setoran dua minggu tidak ada"
        )
    during = datetime.now(UTC)
    assert gate_now(branch, agent) is Gate.CLOSED
    assert agent_state(branch, agent) == "suspended"
    with pytest.raises(Refused, match="E9405"), work_of(branch, officer) as work:
        measure.suspend(work, branch_id=branch.id, agent_id=agent.id, reason="cash", text="Sekali lagi")
    with work_of(branch, officer) as work:
        measure.reinstate(work, branch_id=branch.id, agent_id=agent.id, reason="improved")
    assert agent_state(branch, agent) == "active"
    assert gate_now(branch, agent) is Gate.OPEN
    assert gate_now(branch, agent, during) is Gate.CLOSED, "what was captured in it stays refused"
    assert [entry["kind"] for entry in read(branch, agent)] == ["reinstatement", "suspension"]
    with pytest.raises(Refused, match="E9513"), work_of(branch, officer) as work:
        measure.reinstate(work, branch_id=branch.id, agent_id=agent.id, reason="improved")


def test_suspend_until_a_day_ends_by_itself(place: tuple[Branch, FieldAgent, UUID]) -> None:
    branch, agent, officer = place
    today = (datetime.now(UTC) + timedelta(hours=7)).date()
    with work_of(branch, officer) as work:
        measure.suspend(
            work,
            branch_id=branch.id,
            agent_id=agent.id,
            reason="data",
            text="Tiga data palsu",
            until_on=today + days(7),
        )
    later = datetime.now(UTC) + days(9)
    assert gate_now(branch, agent, later) is Gate.OPEN
    with work_of(branch, at=later) as work:
        assert measure.release_served(work, branch_id=branch.id, today=today + days(9)) == 1
    assert agent_state(branch, agent) == "active"
    assert read(branch, agent)[0]["is_over"]


def test_retrain_holds_until_the_course_is_completed(place: tuple[Branch, FieldAgent, UUID]) -> None:
    branch, agent, officer = place
    course_id, version_id = make_course(branch)
    with work_of(branch, officer) as work:
        measure.retrain(
            work,
            branch_id=branch.id,
            agent_id=agent.id,
            reason="data",
            text="Data ibu kandung salah",
            course_id=course_id,
        )
    assert gate_now(branch, agent) is Gate.CLOSED
    with work_of(branch) as work:
        assert measure.release_trained(work, branch_id=branch.id) == 0
        work.execute(
            "INSERT INTO training_taking (branch_id, id, trainee_id, course_id, version_id, begun_at, completed_at, completed_on,"
            " credit_minutes) VALUES (%s, uuidv7(), %s, %s, %s, now(), %s, current_date, 60)",
            [branch.id, agent.id, course_id, version_id, datetime.now(UTC) + timedelta(seconds=1)],
        )
    with work_of(branch) as work:
        assert measure.release_trained(work, branch_id=branch.id) == 1
        assert hold.find_open(work, branch_id=branch.id, agent_id=agent.id, kind="remedial") is None
    assert gate_now(branch, agent) is Gate.OPEN
    assert read(branch, agent)[0]["is_over"]


def test_end_hands_over_in_the_same_act_and_phones_only_drain(place: tuple[Branch, FieldAgent, UUID]) -> None:
    branch, agent, officer = place
    taker = make_agent(branch)
    phone = make_device(agent, b"\x01" * 91)
    members = enrol_all(agent, [worker() for _ in range(3)])
    with work_of(branch, officer) as work:
        ending.end(
            work, branch_id=branch.id, agent_id=agent.id, reason="fraud", text="Iuran sebelas orang dipakai sendiri",
            from_on=date(2099, 1, 1), to_agent_id=taker.id,
        )  # fmt: skip
    assert agent_state(branch, agent) == "ended"
    assert gate_now(branch, agent) is Gate.CLOSED
    for member in members:
        assert state_of(branch, member)["agent_id"] == taker.id
        assert kinds_of(branch, member)[-2:] == ["care_left", "care_taken"]
    with work_of(branch) as work:
        assert work.row("SELECT state, end_reason FROM accounts_device WHERE id = %s", [phone]) == ("revoked", "misuse")
        job = work.row(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%%tell_members' AND args->>'branch_id' = %s",
            [str(branch.id)],
        )
    assert job == (1,)
    with pytest.raises(Refused, match="E9511"), work_of(branch, officer) as work:
        measure.warn(work, branch_id=branch.id, agent_id=agent.id, reason="conduct", text="Terlambat")


def test_end_on_a_later_day_waits_for_it_and_gathers_what_comes_after(place: tuple[Branch, FieldAgent, UUID]) -> None:
    branch, agent, officer = place
    today = (datetime.now(UTC) + timedelta(hours=7)).date()
    first = enrol_all(agent, [worker()])[0]
    with work_of(branch, officer) as work:
        ending.end(
            work,
            branch_id=branch.id,
            agent_id=agent.id,
            reason="own_wish",
            text="",
            from_on=today + days(5),
            to_agent_id=None,
        )
    assert agent_state(branch, agent) == "active"
    with work_of(branch) as work:
        assert ending.carry_out_due(work, branch_id=branch.id, today=today) == 0
    later = datetime.now(UTC) + days(5)
    with work_of(branch, at=later) as work:
        assert ending.carry_out_due(work, branch_id=branch.id, today=today + days(5)) == 1
    assert agent_state(branch, agent) == "ended"
    assert state_of(branch, first)["agent_id"] is None
    late = enrol_all(agent, [worker()])[0]
    with work_of(branch, at=later) as work:
        assert ending.gather_left_behind(work, branch_id=branch.id) == 1
        assert ending.gather_left_behind(work, branch_id=branch.id) == 0
    assert state_of(branch, late)["agent_id"] is None


def test_appeal_is_decided_by_another_and_lifts_what_held(place: tuple[Branch, FieldAgent, UUID]) -> None:
    branch, agent, officer = place
    head = make_officer(branch, "branch_head")
    with work_of(branch, officer) as work:
        measure_id = measure.suspend(
            work, branch_id=branch.id, agent_id=agent.id, reason="cash", text="Setoran tidak ada"
        )
    with work_of(branch, agent.user_id) as work:
        appeal_id = appeal.file(
            work, branch_id=branch.id, agent_id=agent.id, measure_id=measure_id, text="Setoran ada, bukti terlampir"
        )
    with pytest.raises(Refused, match="E9508"), work_of(branch) as work:
        appeal.file(work, branch_id=branch.id, agent_id=agent.id, measure_id=measure_id, text="Sekali lagi")
    with pytest.raises(Refused, match="E9506"), work_of(branch, officer) as work:
        appeal.decide(work, branch_id=branch.id, appeal_id=appeal_id, outcome="upheld", answer="Tetap berlaku")
    with work_of(branch, head) as work:
        appeal.decide(work, branch_id=branch.id, appeal_id=appeal_id, outcome="lifted", answer="Bukti setoran cocok")
    entry = read(branch, agent)[0]
    assert entry["appeal"]["outcome"] == "lifted"
    assert entry["appeal"]["answer"] == "Bukti setoran cocok"
    assert gate_now(branch, agent) is Gate.OPEN
    with pytest.raises(Refused, match="E9501"), work_of(branch, head) as work:
        appeal.decide(work, branch_id=branch.id, appeal_id=appeal_id, outcome="upheld", answer="Tetap berlaku")


def test_appeal_table_refuses_whoever_imposed(place: tuple[Branch, FieldAgent, UUID]) -> None:
    """The other half of the pair: without the verb, the constraint stands."""
    from django.db import IntegrityError

    branch, agent, officer = place
    with work_of(branch, officer) as work:
        measure_id = measure.warn(work, branch_id=branch.id, agent_id=agent.id, reason="conduct", text="Terlambat")
        appeal.file(work, branch_id=branch.id, agent_id=agent.id, measure_id=measure_id, text="Tidak benar")
    with pytest.raises(IntegrityError, match="appeal_decided_by_another"), work_of(branch) as work:
        work.execute("UPDATE supervision_appeal SET decided_by = %s WHERE measure_id = %s", [officer, measure_id])


def test_appeal_after_the_deadline_is_refused(place: tuple[Branch, FieldAgent, UUID]) -> None:
    branch, agent, officer = place
    with work_of(branch, officer) as work:
        measure_id = measure.warn(work, branch_id=branch.id, agent_id=agent.id, reason="conduct", text="Terlambat")
    with pytest.raises(Refused, match="E9507"), work_of(branch, at=datetime.now(UTC) + days(16)) as work:
        appeal.file(work, branch_id=branch.id, agent_id=agent.id, measure_id=measure_id, text="Terlalu lama")


def test_appeal_against_an_ending_lifted_makes_a_trainee_again(place: tuple[Branch, FieldAgent, UUID]) -> None:
    branch, agent, officer = place
    with work_of(branch, officer) as work:
        measure_id = ending.end(work, branch_id=branch.id, agent_id=agent.id, reason="data", text="Data palsu berulang")
        appeal_id = appeal.file(work, branch_id=branch.id, agent_id=agent.id, measure_id=measure_id, text="Bukan saya")
    with work_of(branch, make_officer(branch)) as work:
        appeal.decide(work, branch_id=branch.id, appeal_id=appeal_id, outcome="lifted", answer="Ternyata agen lain")
    assert agent_state(branch, agent) == "trainee"
    assert gate_now(branch, agent) is Gate.CLOSED, "a licence has one door"


def test_document_pictures_lose_their_metadata_and_others_are_refused(place: tuple[Branch, FieldAgent, UUID]) -> None:
    branch, agent, officer = place
    papers = [Paper("surat.jpg", picture_bytes()), Paper("putusan.pdf", pdf_bytes())]
    with work_of(branch, officer) as work:
        measure_id = measure.warn(
            work, branch_id=branch.id, agent_id=agent.id, reason="conduct", text="Terlambat", papers=papers
        )
        kept = document.of_agent(work, branch_id=branch.id, agent_id=agent.id)[measure_id]
        found = document.get(work, branch_id=branch.id, agent_id=agent.id, document_id=kept[0]["id"])
    assert [one["name"] for one in kept] == ["surat.jpg", "putusan.pdf"]
    assert found.media_type == "image/jpeg"
    assert b"Rahasia" not in found.data
    for data in (b"", b"MZ\x90", b"%PDF-1.4\n%%EOF\n", b"<svg onload=alert(1)>", b"%PDF-" + b"0" * (5 * 1024 * 1024)):
        with pytest.raises(Refused, match="E9509"), work_of(branch, officer) as work:
            measure.warn(
                work,
                branch_id=branch.id,
                agent_id=agent.id,
                reason="conduct",
                text="Terlambat",
                papers=[Paper("x", data)],
            )
    assert len(read(branch, agent)) == 1


def test_two_officers_decide_at_once_one_wins_and_the_other_is_told(place: tuple[Branch, FieldAgent, UUID]) -> None:
    branch, agent, officer = place
    other = make_officer(branch)
    start = Barrier(2)

    def act(who: UUID) -> str:
        try:
            start.wait(60)
            with work_of(branch, who) as work:
                ending.end(work, branch_id=branch.id, agent_id=agent.id, reason="data", text="Data palsu", seen="")
            return "done"
        except Refused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(act, [officer, other]))
    assert outcomes in (["E9501", "done"], ["E9511", "done"])
    assert len(read(branch, agent)) == 1
    another = make_agent(branch)
    with pytest.raises(Refused, match="E9501"), work_of(branch, other) as work:
        measure.warn(
            work, branch_id=branch.id, agent_id=another.id, reason="conduct", text="Terlambat", seen=str(uuid7())
        )

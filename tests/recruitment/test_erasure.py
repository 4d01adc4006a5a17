"""Closed applications lose their personal data after the days of the rules, whole or not at all."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from perisai.agents.rules import figure
from perisai.errors import Refused
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.recruitment import candidate, document, erasure, jobs, link
from perisai.recruitment.pipeline import Reason, move
from tests.recruitment.people import make_candidate, some_nik, today
from tests.recruitment.test_console import at, officer, text
from tests.recruitment.test_public import visitor, words
from tests.world import Branch, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
ZONE = "Asia/Jakarta"


@pytest.fixture
def branch() -> Branch:
    return make_branch()


def close(branch: Branch, who: UUID, *, to: str = "refused") -> None:
    reason = Reason("no_place", "Ibu Ratna, coba lagi.") if to == "refused" else Reason()
    with system_work(branch) as work:
        move(work, branch_id=branch.id, candidate_id=who, to=to, reason=reason)


def erase(branch: Branch, *, days: int) -> int:
    """As the job does it, so many days from now."""
    clock = FixedClock(datetime.now(UTC) + timedelta(days=days))
    with Work.open(scope=Scope.branch(branch.id), clock=clock) as work:
        return erasure.erase_due(work, branch_id=branch.id, timezone=ZONE)


def keep_days() -> int:
    return figure("candidate_keep_days", today())


def files(branch: Branch) -> list[Path]:
    return [path for path in (Path(settings.DATA) / "candidates" / str(branch.id)).rglob("*") if path.is_file()]


def everything(branch: Branch, who: UUID) -> str:
    """All that the room's tables hold of somebody, as text."""
    with system_work(branch) as work:
        parts = [
            work.rows("SELECT c::text FROM recruitment_candidate c WHERE branch_id = %s AND id = %s", [branch.id, who]),
            work.rows(
                "SELECT s::text FROM recruitment_step s WHERE branch_id = %s AND candidate_id = %s", [branch.id, who]
            ),
            work.rows(
                "SELECT w::text FROM recruitment_word w WHERE branch_id = %s AND candidate_id = %s", [branch.id, who]
            ),
            work.rows(
                "SELECT d::text FROM recruitment_document d WHERE branch_id = %s AND candidate_id = %s",
                [branch.id, who],
            ),
            work.rows("SELECT a::text FROM agents_agent a WHERE branch_id = %s AND id = %s", [branch.id, who]),
            work.rows("SELECT u.full_name FROM accounts_user u WHERE agent_id = %s", [who]),
        ]
    return str(parts)


@pytest.mark.parametrize("to", ["refused", "withdrawn"])
def test_erase_after_the_days_of_the_rules_leaves_no_person_and_no_file(branch: Branch, to: str) -> None:
    who = make_candidate(branch, full_name="Zubaidah Hapus", phone="+6281344440001")
    close(branch, who, to=to)
    assert erase(branch, days=keep_days() - 1) == 0
    assert "Zubaidah" in everything(branch, who)
    assert erase(branch, days=keep_days()) == 1
    assert erase(branch, days=keep_days()) == 0
    left = everything(branch, who)
    for word in ("Zubaidah", "zubaidah", "81344440001", "Ibu Ratna", "1990-05-17"):
        assert word not in left, word
    assert files(branch) == []


def test_erase_leaves_those_on_the_way_and_the_licensed_alone(branch: Branch) -> None:
    who = make_candidate(branch)
    with system_work(branch) as work:
        move(work, branch_id=branch.id, candidate_id=who, to="screened")
    assert erase(branch, days=10 * keep_days()) == 0
    assert len(files(branch)) == 5


def test_erase_of_a_trainee_takes_the_name_from_agent_and_login(branch: Branch) -> None:
    who = make_candidate(branch, full_name="Zubaidah Pelatihan")
    with system_work(branch) as work:
        move(work, branch_id=branch.id, candidate_id=who, to="screened")
        move(work, branch_id=branch.id, candidate_id=who, to="in_training")
    close(branch, who)
    assert erase(branch, days=keep_days()) == 1
    left = everything(branch, who)
    assert "Zubaidah" not in left
    assert f"P-{branch.id}-" in left


def test_erase_keeps_the_waiting_time_of_a_return(branch: Branch) -> None:
    nik = some_nik()
    who = make_candidate(branch, nik=nik)
    with system_work(branch) as work:
        candidate.note_ending(work, branch_id=branch.id, agent_id=who, on=today(), for_good=True)
    close(branch, who, to="withdrawn")
    erase(branch, days=keep_days())
    again = make_candidate(branch, nik=nik)
    with system_work(branch) as work:
        assert candidate.get_facts(work, branch.id, again).broken == ("return_wait",)


def test_erased_application_is_never_opened_again_and_says_so_to_both(branch: Branch) -> None:
    who = make_candidate(branch, full_name="Zubaidah Hapus")
    close(branch, who)
    token = link.make(link.Owner(branch.id, who))
    assert "Data pribadi dan foto Anda kami hapus pada" in words(visitor().get(token))
    assert "Personal data and photos are erased on" in text(officer(branch), at(branch, who))
    erase(branch, days=keep_days())
    page = words(visitor().get(token))
    assert "Data pribadi dan foto Anda sudah kami hapus." in page
    assert "belum ada tempat untuk agen baru" in page
    staff = text(officer(branch), at(branch, who))
    assert "were erased on" in staff
    assert 'value="applied"' not in staff
    assert "Personal data erased" in text(officer(branch), "/console/recruitment/list/?state=refused")
    with pytest.raises(Refused) as raised, system_work(branch) as work:
        move(work, branch_id=branch.id, candidate_id=who, to="applied")
    assert raised.value.code == "E9113"


def test_erase_killed_before_the_commit_leaves_whole_rows_and_the_next_run_finishes(branch: Branch) -> None:
    first, second = (make_candidate(branch, full_name=f"Zubaidah {n}") for n in (1, 2))
    close(branch, first)
    close(branch, second)

    with pytest.raises(KeyboardInterrupt):
        _erase_and_be_killed(branch)
    for who in (first, second):
        assert "Zubaidah" in everything(branch, who)
        with system_work(branch) as work:
            assert document.find_picture(work, branch_id=branch.id, candidate_id=who, kind="face") is None
    text(officer(branch), at(branch, first))
    assert erase(branch, days=keep_days()) == 2


def _erase_and_be_killed(branch: Branch) -> None:
    clock = FixedClock(datetime.now(UTC) + timedelta(days=keep_days()))
    with Work.open(scope=Scope.branch(branch.id), clock=clock) as work:
        assert erasure.erase_due(work, branch_id=branch.id, timezone=ZONE) == 2
        raise KeyboardInterrupt


def test_erase_takes_as_many_statements_for_one_as_for_five(branch: Branch) -> None:
    counted = []
    for many in (1, 5):
        for _ in range(many):
            close(branch, make_candidate(branch, documents=("face",)))
        with CaptureQueriesContext(connection) as statements:
            assert erase(branch, days=keep_days()) == many
        counted.append(len(statements))
    assert counted[0] == counted[1]


def test_half_an_erasure_is_refused_by_the_database(branch: Branch) -> None:
    who = make_candidate(branch)
    close(branch, who)
    with pytest.raises(DatabaseError), system_work(branch) as work:
        work.execute(
            "UPDATE recruitment_candidate SET erased_at = now() WHERE branch_id = %s AND id = %s", [branch.id, who]
        )


def test_words_of_a_step_go_only_with_an_erased_application_of_the_own_branch(branch: Branch) -> None:
    who = make_candidate(branch)
    close(branch, who)
    with system_work(branch) as work:
        assert work.row("SELECT recruitment_erase_notes(%s, ARRAY[%s::uuid])", [branch.id, who]) == (0,)
    erase(branch, days=keep_days())
    with system_work(make_branch()) as work:
        assert work.row("SELECT recruitment_erase_notes(%s, ARRAY[%s::uuid])", [branch.id, who]) == (0,)


def test_job_goes_through_branches_and_is_heard_of_as_an_event(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    who = make_candidate(branch)
    close(branch, who)
    with system_work(branch) as work:
        work.execute(
            "UPDATE recruitment_candidate SET state_since = state_since - make_interval(days => %s)"
            " WHERE branch_id = %s AND id = %s",
            [keep_days(), branch.id, who],
        )
    monkeypatch.setattr(erasure, "MOST", 1)
    jobs.erase_everywhere(timestamp=0)
    with system_work(branch) as work:
        told = work.rows(
            "SELECT detail->>'state' FROM events_event WHERE branch_id = %s AND kind = 'candidate_erased' AND subject_id = %s",
            [branch.id, who],
        )
    assert told == [("refused",)]

"""How a candidate moves, and what never lets one through."""

import threading
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import connection

from perisai.errors import Refused
from perisai.exams import result, seat
from perisai.recruitment import candidate
from perisai.recruitment.pipeline import Reason, move
from tests.exams.place import make_place
from tests.recruitment.people import make_candidate, picture, some_nik, today
from tests.world import Branch, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")


def refused(branch: object, candidate_id: object, **asked: object) -> Refused:
    with pytest.raises(Refused) as raised, system_work(branch) as work:  # type: ignore[arg-type]
        move(work, branch_id=branch.id, candidate_id=candidate_id, **asked)  # type: ignore[arg-type,attr-defined]
    return raised.value


def test_move_whoever_fulfils_everything_becomes_a_trainee() -> None:
    branch = make_branch()
    who = make_candidate(branch)
    with system_work(branch) as work:
        move(work, branch_id=branch.id, candidate_id=who, to="screened", expected="applied")
        move(work, branch_id=branch.id, candidate_id=who, to="in_training", expected="screened")
    with system_work(branch) as work:
        assert work.row("SELECT state FROM agents_agent WHERE branch_id = %s AND id = %s", [branch.id, who]) == (
            "trainee",
        )
        facts = candidate.get_facts(work, branch.id, who)
        assert (facts.state, facts.documents_complete, facts.rules_met) == ("in_training", True, True)
        assert (candidate.get_photo(work, branch.id, who) or b"")[:3] == b"\xff\xd8\xff"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"birth_date": today() - timedelta(days=17 * 365)}, "age"),
        ({"education": 2}, "education"),
        ({"is_bpu_member": False}, "bpu_membership"),
        ({"account": "", "account_holder": ""}, "bank_account"),
        ({"is_bpjs_employee": True}, "bpjs_employee"),
        ({"documents": ("id_card", "face")}, "documents"),
    ],
)
def test_move_to_screened_against_a_condition_is_refused_with_its_words(changes: dict[str, object], code: str) -> None:
    branch = make_branch()
    who = make_candidate(branch, **changes)  # type: ignore[arg-type]
    with system_work(branch) as work:
        finding = next(one for one in candidate.get_facts(work, branch.id, who).findings if one.code == code)
    said = refused(branch, who, to="screened")
    assert said.code == "E9102"
    assert finding.text["id"] in said.text()["id"]


def test_move_another_holder_of_the_account_only_warns() -> None:
    branch = make_branch()
    who = make_candidate(branch, account_holder="Bambang Susilo")
    with system_work(branch) as work:
        facts = move(work, branch_id=branch.id, candidate_id=who, to="screened")
    assert [(one.code, one.effect) for one in facts.findings] == [("bank_account_name", "warn")]


def test_move_by_hand_never_sets_a_fact() -> None:
    branch = make_branch()
    who = make_candidate(branch)
    with system_work(branch) as work:
        move(work, branch_id=branch.id, candidate_id=who, to="screened")
        move(work, branch_id=branch.id, candidate_id=who, to="in_training")
    assert refused(branch, who, to="examined").code == "E9106"
    assert refused(branch, who, to="licensed").code == "E9104"


def test_move_by_the_second_of_two_officers_tells_who_was_first() -> None:
    branch = make_branch()
    who = make_candidate(branch)
    seen: list[Refused] = []
    locked, waiting = threading.Event(), threading.Event()

    def second() -> None:
        locked.wait(60)
        waiting.set()
        try:
            with system_work(branch) as work:
                move(work, branch_id=branch.id, candidate_id=who, to="screened", expected="applied")
        except Refused as error:
            seen.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=second, daemon=True)
    thread.start()
    with system_work(branch) as work:
        reason = Reason("no_place", "")
        move(work, branch_id=branch.id, candidate_id=who, to="refused", expected="applied", reason=reason)
        locked.set()
        waiting.wait(60)
    thread.join(60)
    assert [one.code for one in seen] == ["E9101"]
    assert "Ditolak" in seen[0].text()["id"]


def test_move_refusal_needs_a_reason_and_other_needs_words() -> None:
    branch = make_branch()
    who = make_candidate(branch)
    assert refused(branch, who, to="refused").code == "E9105"
    assert refused(branch, who, to="refused", reason=Reason("other", " ")).code == "E9105"
    assert refused(branch, who, to="refused", reason=Reason("nothing_known", "x")).code == "E9105"


def test_move_one_nik_goes_on_once_in_the_country() -> None:
    here, there = make_branch(), make_branch()
    nik = some_nik()
    first, second = make_candidate(here, nik=nik), make_candidate(there, nik=nik)
    with system_work(here) as work:
        move(work, branch_id=here.id, candidate_id=first, to="screened")
    assert refused(there, second, to="screened").code == "E9102"
    with system_work(there) as work:
        assert [one.code for one in candidate.get_facts(work, there.id, second).findings] == ["other_application"]
    with system_work(here) as work:
        move(work, branch_id=here.id, candidate_id=first, to="withdrawn")
    with system_work(there) as work:
        move(work, branch_id=there.id, candidate_id=second, to="screened")


def test_ending_makes_wait_in_every_branch_until_the_day() -> None:
    here, there = make_branch(), make_branch()
    nik = some_nik()
    first = make_candidate(here, nik=nik)
    with system_work(here) as work:
        move(work, branch_id=here.id, candidate_id=first, to="screened")
        candidate.note_ending(work, branch_id=here.id, agent_id=first, on=today())
    second = make_candidate(there, nik=nik)
    with system_work(there) as work:
        finding = candidate.get_facts(work, there.id, second).findings[0]
    assert (finding.code, finding.effect) == ("return_wait", "refuse")
    back = candidate._months_after(today(), 6)
    assert f"{back:%d-%m-%Y}" in finding.text["id"]
    with system_work(here) as work:
        candidate.lift(work, branch_id=here.id, agent_id=first, kind="ended", on=today())
    with system_work(there) as work:  # the NIK is the first one's again
        assert candidate.get_facts(work, there.id, second).broken == ("other_application",)


def test_sanction_stands_in_the_way_until_lifted() -> None:
    here = make_branch()
    nik = some_nik()
    first, second = make_candidate(here, nik=nik), make_candidate(here, nik=nik)
    with system_work(here) as work:
        candidate.note_sanction(work, branch_id=here.id, agent_id=first, since=today())
        assert candidate.get_facts(work, here.id, second).broken == ("sanction",)
        candidate.lift(work, branch_id=here.id, agent_id=first, kind="sanction", on=today())
        assert candidate.get_facts(work, here.id, second).broken == ()


def test_months_after_the_end_of_a_long_month_is_the_last_of_a_short() -> None:
    assert candidate._months_after(date(2026, 8, 31), 6) == date(2027, 2, 28)


def test_same_form_twice_makes_one_candidate() -> None:
    from perisai.recruitment import application
    from tests.recruitment.people import filled

    branch = make_branch()
    given = filled()
    with system_work(branch) as work:
        once = application.apply(work, branch_id=branch.id, given=given)
    with system_work(branch) as work:
        again = application.apply(work, branch_id=branch.id, given=given)
    assert (once.candidate_id, once.code, once.path) == (again.candidate_id, again.code, again.path)
    assert (once.is_new, again.is_new) == (True, False)


def test_picture_loses_metadata_and_stands_upright() -> None:
    import io

    from PIL import Image

    from perisai.recruitment import document

    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Kamera Uji"
    sent = picture(size=(640, 400), exif=exif.tobytes())
    assert b"Kamera Uji" in sent
    kept = document.read("face", sent).jpeg
    assert b"Kamera Uji" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert image.size == (400, 640)
        assert not image.getexif()


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 not a picture", picture(size=(50, 50)), picture()[:400]])
def test_picture_that_is_none_is_refused(data: bytes) -> None:
    from perisai.recruitment import document

    with pytest.raises(Refused) as raised:
        document.read("face", data)
    assert raised.value.code == "E9107"


def in_training(branch: Branch) -> UUID:
    who = make_candidate(branch)
    with system_work(branch) as work:
        move(work, branch_id=branch.id, candidate_id=who, to="screened")
        move(work, branch_id=branch.id, candidate_id=who, to="in_training")
    return who


def agent_of(branch: Branch, who: UUID) -> tuple[str, str] | None:
    with system_work(branch) as work:
        return work.row("SELECT state, code FROM agents_agent WHERE branch_id = %s AND id = %s", [branch.id, who])


def test_refusal_of_a_trainee_ends_the_trainee_and_opening_again_brings_it_back() -> None:
    branch = make_branch()
    who = in_training(branch)
    admitted = agent_of(branch, who)
    assert admitted is not None
    with system_work(branch) as work:
        move(work, branch_id=branch.id, candidate_id=who, to="refused", reason=Reason("training_left"))
    assert agent_of(branch, who) == ("ended", admitted[1])
    for to in ("applied", "screened", "in_training"):
        with system_work(branch) as work:
            move(work, branch_id=branch.id, candidate_id=who, to=to)
    assert agent_of(branch, who) == admitted


def test_stage_follows_the_exam_and_its_annulment() -> None:
    place = make_place(attempts=5, wait_days=0)
    branch = place.branch
    place.trainee = in_training(branch)
    with place.work() as work:
        place.seat_id = seat.give(work, branch_id=branch.id, exam_id=place.exam_id, trainee_id=place.trainee)
    attempt = place.take(6)
    with system_work(branch) as work:
        assert candidate.get_facts(work, branch.id, place.trainee).state == "examined"
        result.annul(work, branch_id=branch.id, attempt_id=attempt, reason="cheating", note="HP")
        assert candidate.get_facts(work, branch.id, place.trainee).state == "in_training"

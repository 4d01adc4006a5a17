"""The one door to a licence: nothing goes around a condition, and two officers never make two."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from perisai.agents import issue, licence
from perisai.agents.issue import TakenOver, check_digit
from perisai.errors import Refused
from perisai.events.ids import uuid7
from tests.agents.whole import Way, World, make_world, today
from tests.world import FieldAgent, make_agent, make_branch, system_work

_worlds: list[World] = []


@pytest.fixture(scope="module")
def world(database: Path) -> World:
    if not _worlds:
        _worlds.append(make_world())
    return _worlds[0]


def licences(agent: FieldAgent | Way) -> tuple[licence.HeldLicence, ...]:
    branch = agent.world.branch if isinstance(agent, Way) else agent.branch
    with system_work(branch) as work:
        return licence.get_standing(work, branch_id=branch.id, agent_id=agent.id).licences


class Life(RuleBasedStateMachine):
    """The pipeline driven at random beside a model of seven facts: a licence comes exactly where all of them hold."""

    @initialize()
    def apply(self) -> None:
        self.way = Way(_worlds[0])
        self.state, self.learnt, self.passed, self.office, self.held, self.member = (
            "applied",
            False,
            False,
            0,
            False,
            True,
        )
        self.licensed = False

    @property
    def admitted(self) -> bool:
        return self.state in ("in_training", "examined", "licensed")

    @rule(to=st.sampled_from(["screened", "in_training", "in_training", "examined", "licensed"]))
    def move(self, to: str) -> None:
        way = {"applied": "screened", "screened": "in_training", "in_training": "examined"}
        fits = way.get(self.state) == to and (self.member or to == "examined") and (to != "examined" or self.passed)
        fits |= (self.state, to) == ("examined", "in_training") and not self.passed
        fits |= (self.state, to) == ("examined", "licensed") and bool(licences(self.way))
        assert (self.way.move(to) == "") == fits, (self.state, to)
        self.state = to if fits else self.state

    @precondition(lambda self: self.admitted and not self.learnt)
    @rule()
    def learn(self) -> None:
        self.way.learn()
        self.learnt = True

    @precondition(lambda self: self.admitted and not self.passed)
    @rule()
    def pass_exam(self) -> None:
        self.way.pass_exam()
        self.passed = True
        self.state = "examined" if self.state == "in_training" else self.state  # by the fact itself

    @precondition(lambda self: self.passed)
    @rule()
    def annul(self) -> None:
        self.way.annul()
        self.passed = False
        self.state = "in_training" if self.state == "examined" else self.state

    @precondition(lambda self: self.admitted)
    @rule(good=st.booleans())
    def join(self, good: bool) -> None:
        self.office = self.way.world.good if good else self.way.world.bad
        self.way.join(self.office)

    @precondition(lambda self: self.admitted)
    @rule()
    def hold(self) -> None:
        self.held = not self.held
        self.way.hold(begins=self.held)

    @rule(member=st.booleans())
    def belong(self, member: bool) -> None:
        self.member = member
        self.way.set_member(member)

    @precondition(lambda self: self.licensed)
    @rule()
    def revoke(self) -> None:
        with system_work(self.way.world.branch) as work:
            issue.revoke(work, branch_id=self.way.branch_id, agent_id=self.way.id, reason="Uji cabut")
        self.licensed = False

    @rule()
    def issue(self) -> None:
        fits = (
            self.state in ("examined", "licensed")
            and self.learnt_for_now()
            and self.passed
            and self.office == self.way.world.good
            and not self.held
            and self.member
        )
        code = self.way.issue()
        if not self.admitted:
            assert code == "E1004"
        elif self.licensed:
            assert code == "E9409"
        else:
            assert (code == "") == fits, (code, self.way.lacking())
            assert code in ("", "E9408")
        if code == "":
            self.licensed, self.state = True, "licensed"
        assert (
            bool([one for one in licences(self.way) if one.state == "valid"] if self.admitted else []) == self.licensed
        )

    def learnt_for_now(self) -> bool:
        """The course is for trainees: whoever was licensed once is none, unless suspended or revoked to nothing."""
        return self.learnt or "training" not in self.way.lacking()


def test_no_path_reaches_a_licence_around_a_condition(world: World) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Life,
        settings=settings(
            max_examples=12,
            stateful_step_count=22,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_issue_makes_candidate_licensed_trainee_active_and_number_of_the_branch(world: World) -> None:
    way = Way(world)
    way.to_the_end()
    assert way.lacking() == set()
    assert way.issue() == ""
    (held,) = licences(way)
    number, digit = held.number.removeprefix("L-").rsplit("-", 1)
    assert check_digit(number.replace("-", "")) == int(digit)
    assert (held.valid_from, held.valid_to) == (today(), issue.add_months(today(), 12) - timedelta(days=1))
    with system_work(world.branch) as work:
        states = work.row(
            "SELECT c.state, a.state FROM recruitment_candidate c JOIN agents_agent a USING (branch_id, id)"
            " WHERE c.branch_id = %s AND c.id = %s",
            [way.branch_id, way.id],
        )
    assert states == ("licensed", "active")


def test_issue_by_two_officers_at_once_makes_one_licence(world: World) -> None:
    way = Way(world)
    way.to_the_end()

    def decide(_: int) -> str:
        try:
            return way.issue()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        codes = sorted(pool.map(decide, range(4)))
    assert codes == ["", "E9409", "E9409", "E9409"]
    assert len(licences(way)) == 1


def test_issue_after_the_exam_was_annulled_is_refused_and_said(world: World) -> None:
    way = Way(world)
    way.to_the_end()
    way.annul()
    assert way.lacking() == {"exam", "stage"}
    with pytest.raises(Refused) as refused, system_work(world.branch) as work:
        issue.issue(work, branch_id=way.branch_id, agent_id=way.id)
    assert refused.value.code == "E9408"
    assert "Ujian" in refused.value.text()["id"]


def test_exam_annulled_afterwards_proposes_revocation_and_bars_renewal(world: World) -> None:
    way = Way(world)
    way.to_the_end()
    assert way.issue() == ""
    way.annul()
    with system_work(world.branch) as work:
        last = issue.find_last(work, way.branch_id, way.id)
        assert last is not None
        assert issue.is_doubtful(work, way.branch_id, last.attempt_id)
    with pytest.raises(Refused, match="E9412"), system_work(world.branch) as work:
        issue.renew(work, branch_id=way.branch_id, agent_id=way.id)
    with system_work(world.branch) as work:
        issue.revoke(work, branch_id=way.branch_id, agent_id=way.id, reason="Ujian dibatalkan")
    assert [one.state for one in licences(way)] == ["revoked"]


@pytest.mark.parametrize(
    ("days_left", "learnt", "missing"), [(90, True, {"window"}), (20, False, {"credit"}), (20, True, set())]
)
def test_renewal_needs_its_time_and_credit_hours(world: World, days_left: int, learnt: bool, missing: set[str]) -> None:
    way = Way(world)
    way.to_the_end()
    assert way.issue() == ""
    until = today() + timedelta(days=days_left)
    with system_work(world.branch) as work:
        work.execute(
            "UPDATE agents_licence SET valid_from = %s, valid_to = %s WHERE branch_id = %s AND agent_id = %s",
            [until - timedelta(days=364), until, way.branch_id, way.id],
        )
        if not learnt:
            work.execute("UPDATE training_taking SET credit_minutes = 359 WHERE trainee_id = %s", [way.id])
    assert way.lacking() == missing
    if missing:
        with pytest.raises(Refused, match="E9408"), system_work(world.branch) as work:
            issue.renew(work, branch_id=way.branch_id, agent_id=way.id)
        return
    with system_work(world.branch) as work:
        issue.renew(work, branch_id=way.branch_id, agent_id=way.id)
    assert [one.valid_from for one in licences(way)] == [until - timedelta(days=364), until + timedelta(days=1)]
    assert way.lacking() == {"window", "credit"}, "the next one is a year away"


def test_take_over_refuses_a_number_of_another_branch(database: Path) -> None:
    first, second = make_agent(make_branch()), make_agent(make_branch())
    number = f"LAMA-{uuid7().hex[-8:]}"
    for agent, refused in ((first, False), (second, True)):
        told = [TakenOver(agent.id, number, today(), today() + timedelta(days=9))]
        if refused:
            with pytest.raises(Refused, match="E9414"), system_work(agent.branch) as work:
                issue.take_over(work, branch_id=agent.branch.id, licences=told)
        else:
            with system_work(agent.branch) as work:
                issue.take_over(work, branch_id=agent.branch.id, licences=told)
    assert len(licences(first)) == 2
    assert len(licences(second)) == 1


@pytest.mark.parametrize("place", range(10))
def test_check_digit_finds_every_wrong_digit(place: int) -> None:
    digits = "1501000042"
    wrong = [digits[:place] + str(n) + digits[place + 1 :] for n in range(10) if str(n) != digits[place]]
    assert all(check_digit(one) != check_digit(digits) for one in wrong)

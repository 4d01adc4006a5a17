"""Appeals written on the agent's phone: filed once, judged by the day on which they were written, also during a suspension."""

import base64
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from perisai.supervision import document, measure
from perisai.sync.clock import make_token
from perisai.web.simulate.phone import Phone
from tests.supervision.world_of_files import make_officer, read, work_of
from tests.world import Branch, FieldAgent, make_agent, make_branch

PhoneOf = Callable[[FieldAgent], Phone]


def picture() -> str:
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(kept, "JPEG", exif=b"Exif\x00\x00secret")
    return base64.b64encode(kept.getvalue()).decode()


def suspended(branch: Branch, agent: FieldAgent, ago: timedelta = timedelta(0)) -> UUID:
    with work_of(branch, make_officer(branch), datetime.now(UTC) - ago) as work:
        return measure.suspend(work, branch_id=branch.id, agent_id=agent.id, reason="cash", text="Setoran tidak ada")


def body(measure_id: UUID, **more: Any) -> dict[str, Any]:
    return {"measure": str(measure_id), "text": "Setoran ada, bukti terlampir", "paper": None} | more


def be_away(phone: Phone, days: int) -> None:
    """As a phone that was last online so long ago."""
    then = datetime.now(UTC) - timedelta(days=days)
    phone.token, phone.clock_skew_ms = make_token(then), -days * 86_400_000
    phone.token_clock = phone.clock_ms()


def test_appeal_from_a_suspended_agents_phone_is_filed_once_with_its_picture(phone_of: PhoneOf) -> None:
    branch = make_branch()
    agent = make_agent(branch)
    phone, measure_id = phone_of(agent), suspended(branch, agent)
    phone.op("appeal", body(measure_id, paper={"type": "image/jpeg", "data": picture()}))
    lines = list(phone.outbox)
    answer = phone.push()[0]
    assert answer["status"] == "accepted", answer
    phone.outbox = lines
    assert phone.push()[0]["result"] == answer["result"], "the same op again"
    phone.op("appeal", body(measure_id))
    assert phone.push()[0]["code"] == "E9508", "another one against the same measure"

    entry = read(branch, agent)[0]
    assert entry["appeal"]["text"] == "Setoran ada, bukti terlampir"
    assert (entry["can_appeal"], entry["appeal"]["documents"]) == (False, 1)
    told = phone.signed("GET", "/api/v1/agent/me").json()["file"][0]
    assert told["appeal"]["text"] == "Setoran ada, bukti terlampir"
    assert told["appeal"]["state"]["en"] == "not decided yet"
    with work_of(branch) as work:
        papers = document.of_agent(work, branch_id=branch.id, agent_id=agent.id)[UUID(answer["result"]["appeal"])]
        kept = document.get(work, branch_id=branch.id, agent_id=agent.id, document_id=papers[0]["id"])
        filed = work.row(
            "SELECT count(*) FROM events_event WHERE branch_id = %s AND kind = 'appeal_filed'", [branch.id]
        )
    assert kept.data.startswith(b"\xff\xd8")
    assert b"secret" not in kept.data
    assert filed == (1,)


def test_appeal_written_in_time_without_signal_is_filed_when_it_comes_late(phone_of: PhoneOf) -> None:
    branch = make_branch()
    agent = make_agent(branch)
    measure_id = suspended(branch, agent, timedelta(days=21))
    late, honest = phone_of(agent), phone_of(agent)
    late.op("appeal", body(measure_id))
    assert late.push()[0]["code"] == "E9507", "written now, after the last day"
    be_away(honest, 10)
    honest.op("appeal", body(measure_id))
    assert honest.push()[0]["status"] == "accepted", "written ten days ago, in time"


@pytest.mark.parametrize(
    "wrong", [{"measure": "x"}, {"text": 3}, {"text": " "}, {"paper": {"data": "%%%"}}, {"paper": 1}]
)
def test_appeal_that_cannot_be_read_is_refused_with_nothing_kept(phone_of: PhoneOf, wrong: dict[str, Any]) -> None:
    branch = make_branch()
    agent = make_agent(branch)
    phone, measure_id = phone_of(agent), suspended(branch, agent)
    phone.op("appeal", body(measure_id, **wrong))
    phone.op("appeal", body(measure_id, paper={"type": "image/jpeg", "data": base64.b64encode(b"no picture").decode()}))
    phone.op("appeal", body(UUID(int=7)))
    assert [one["code"] for one in phone.push()] == ["E9515", "E9509", "E9508"]
    assert read(branch, agent)[0]["can_appeal"] is True


def test_appeal_against_another_agents_measure_is_refused(phone_of: PhoneOf) -> None:
    branch = make_branch()
    agent, other = make_agent(branch), make_agent(branch)
    theirs, phone = suspended(branch, other), phone_of(agent)
    phone.op("appeal", body(theirs))
    assert phone.push()[0]["code"] == "E9508"
    assert read(branch, other)[0]["can_appeal"] is True

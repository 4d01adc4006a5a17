"""What an agent's phone keeps of the agent's own papers."""

import base64
import hashlib
import io
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from perisai.web.simulate.phone import Phone
from tests.world import FieldAgent, make_agent, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
PATH = "/api/v1/agent/me"


def papers(phone: Phone, query: str = "") -> dict[str, Any]:
    response = phone.signed("GET", PATH + query)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    phone.take_token(found)
    return found


def make_trainee() -> FieldAgent:
    agent = make_agent(make_branch())
    with system_work(agent.branch) as work:
        work.execute("DELETE FROM agents_licence WHERE branch_id = %s", [agent.branch.id])
        work.execute("UPDATE agents_agent SET state = 'trainee' WHERE branch_id = %s", [agent.branch.id])
    return agent


def test_papers_of_a_licensed_agent_tell_licence_check_and_place(phone_of: Callable[[FieldAgent], Phone]) -> None:
    today = datetime.now(ZoneInfo("Asia/Jakarta")).date()
    agent = make_agent(make_branch(), valid_to=today + timedelta(days=9))
    with system_work(agent.branch) as work:
        work.execute(
            "INSERT INTO agents_placement (branch_id, agent_id, districts, during, reason, placed_at)"
            " VALUES (%s, %s, '{15.71.08}', daterange(%s, %s), '', now())",
            [agent.branch.id, agent.id, today - timedelta(days=9), today + timedelta(days=30)],
        )
        code, key = work.rows("SELECT code, public_key FROM agents_agent WHERE branch_id = %s", [agent.branch.id])[0]
    found = papers(phone_of(agent))
    assert found["licence"]["state"] == "valid"
    assert found["licence"]["valid_to"] == (today + timedelta(days=9)).isoformat()
    assert found["hold"] is None
    assert found["office"] is None
    assert found["placement"]["place"] == f"KC Uji {agent.branch.id}"
    assert found["placement"]["until"] == (today + timedelta(days=29)).isoformat()
    assert found["exams"] == found["file"] == []
    assert found["check"]["url"].endswith(f"/agen/{code}-{key}")
    rows = found["check"]["qr"]
    assert len(rows) >= 25
    assert {len(row) for row in rows} == {len(rows)}
    assert (rows[0][:7], rows[0][-7:]) == ("1111111", "1111111")


def test_papers_of_a_suspended_agent_say_until_when(phone_of: Callable[[FieldAgent], Phone]) -> None:
    from perisai.agents import hold

    agent = make_agent(make_branch())
    phone = phone_of(agent)
    zone = ZoneInfo("Asia/Jakarta")
    last = datetime.now(zone).date() + timedelta(days=10)
    with system_work(agent.branch) as work:
        hold.begin(
            work,
            branch_id=agent.branch.id,
            agent_id=agent.id,
            kind="suspended",
            until=datetime.combine(last + timedelta(days=1), time(), zone),
        )
    found = papers(phone)
    assert found["licence"]["state"] == found["hold"]["kind"] == "suspended"
    assert found["hold"]["until"] == last.isoformat()
    assert phone.pull()[1]["licence"]["state"] == "suspended"


def test_papers_of_a_trainee_have_no_licence(phone_of: Callable[[FieldAgent], Phone]) -> None:
    phone = phone_of(make_trainee())
    assert papers(phone)["licence"] is None
    assert phone.pull()[1]["licence"] is None


def test_a_photo_that_the_phone_has_is_not_sent_again(
    phone_of: Callable[[FieldAgent], Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    from perisai.recruitment import candidate

    large = io.BytesIO()
    Image.effect_noise((1500, 2000), 60).convert("RGB").save(large, "JPEG")
    monkeypatch.setattr(candidate, "get_photo", lambda *_: large.getvalue())
    phone = phone_of(make_agent(make_branch()))
    photo = papers(phone)["photo"]
    bytes_ = base64.b64decode(photo["data"])
    assert hashlib.sha256(bytes_).hexdigest() == photo["sha256"]
    with Image.open(io.BytesIO(bytes_)) as small:
        assert max(small.size) == 480
    assert papers(phone, f"?photo={photo['sha256']}")["photo"] == {**photo, "data": None}
    assert papers(phone, f"?photo={'0' * 64}")["photo"] == photo


def test_papers_are_told_to_the_agents_own_phone_only(phone_of: Callable[[FieldAgent], Phone]) -> None:
    phone = phone_of(make_agent(make_branch()))
    response = phone.http.get(PATH, headers={"X-Perisai-Device": str(phone.device)})
    assert response.status_code == 401
    assert phone.signed("GET", PATH + "?photo=x").status_code == 400

"""Licences that are about to end, an agent who asks for renewal, and photos of agents who never were candidates."""

import io
from datetime import datetime, timedelta
from typing import Final

from PIL import Image, ImageDraw

from perisai.agents import expiry, issue, photo, renewal
from perisai.agents.rules import figure
from perisai.events.captured import Captured
from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.training import lesson
from perisai.training.attendance import attend_many
from perisai.training.attendance_code import Bound, code_at
from perisai.training.told import Learner, Told
from perisai.web.demo.people import AGENTS, DemoAgent, agents
from perisai.web.demo.places import JAMBI

ZONE: Final = "Asia/Jakarta"
ASKING: Final = 3
"""The agent in Jambi whose licence ends first."""
FACES: Final = 6
"""So many agents of each branch have a photo."""
HALL: Final = ("Aula KC Jambi", -1.6101, 103.6131)


def build_renewals(end: datetime) -> None:
    """Changes nothing where it has been."""
    for branch_id in AGENTS:
        with Work.open(scope=Scope.branch(branch_id), clock=FixedClock(end)) as work:
            expiry.warn(work, branch_id=branch_id, today=branch_day(end, ZONE))
            if work.row("SELECT 1 FROM agents_photo WHERE branch_id = %s LIMIT 1", [branch_id]) is None:
                for agent in [one for one in agents() if one.branch_id == branch_id][:FACES]:
                    photo.give(work, branch_id=branch_id, agent_id=agent.id, data=_face(agent.number))
    asking = next(one for one in agents() if (one.branch_id, one.number) == (JAMBI, ASKING))
    with Work.open(scope=Scope.branch(JAMBI)) as work:
        if renewal.find_newest(work, branch_id=JAMBI, agent_id=asking.id) is not None:
            return
    _attend(asking, end - timedelta(days=6))
    _ask(asking, end - timedelta(hours=3))


def _attend(agent: DemoAgent, starts: datetime) -> None:
    """The class that brings what is missing for a renewal."""
    place, lat, lon = HALL
    ends = starts + timedelta(hours=3)
    with Work.open(scope=Scope.branch(agent.branch_id), clock=FixedClock(starts - timedelta(days=5))) as work:
        of = lesson.Plan(
            title="Penyegaran agen", starts_at=starts, ends_at=ends, place=place, lat=lat, lon=lon,
            teacher="Petugas pelatihan", credit_minutes=240,
        )  # fmt: skip
        lesson_id = lesson.plan(work, branch_id=agent.branch_id, of=of)
    at = starts + timedelta(minutes=3)
    life = figure("attendance_code_seconds", starts.date())
    code = code_at(Bound(agent.branch_id, lesson_id, starts, ends, lat, lon, 150), at, life)[0]
    told = Told(uuid7(), {"code": code}, _moment(at), {"lat": lat, "lon": lon, "accuracy": 12.0})
    with Work.open(scope=Scope.branch(agent.branch_id), clock=FixedClock(at)) as work:
        attend_many(work, learner=Learner(agent.branch_id, agent.id, ZONE), told=[told])


def _ask(agent: DemoAgent, at: datetime) -> None:
    with Work.open(scope=Scope.branch(agent.branch_id), clock=FixedClock(at)) as work:
        last = issue.find_last(work, agent.branch_id, agent.id)
        assert last is not None
        told = [Told(uuid7(), {"licence": last.number}, _moment(at))]
        renewal.ask_many(work, branch_id=agent.branch_id, agent_id=agent.id, told=told)


def _moment(at: datetime) -> Captured:
    return Captured(at, at, at, doubtful=False)


def _face(number: int) -> bytes:
    """A drawing that shows nobody: a head with hair, and shoulders in the programme's green."""
    hair, skin = ("#2b2118", "#3a2a1c", "#1d1d1f")[number % 3], ("#c99a72", "#b98560", "#d7ab85")[number % 3]
    image = Image.new("RGB", (600, 750), ("#dfe8e2", "#e6e3da", "#dde4ea")[number % 3])
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((90, 500, 510, 900), 150, fill="#1d6b45")
    pen.polygon([(250, 505), (350, 505), (300, 590)], fill="#f4f6f3")
    pen.ellipse((190, 150, 410, 330), fill=hair)
    pen.rounded_rectangle((255, 400, 345, 530), 40, fill=skin)
    pen.ellipse((200, 180, 400, 470), fill=skin)
    pen.pieslice((190, 140, 410, 400), 180, 360, fill=hair)
    for left in (250, 332):
        pen.ellipse((left, 300, left + 18, 318), fill="#222")
    pen.arc((262, 350, 338, 410), 20, 160, fill="#7a4632", width=5)
    pen.text((20, 20), "CONTOH", fill="#a02828", font_size=32)
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=82)
    return kept.getvalue()

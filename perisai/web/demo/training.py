"""The demo world's courses, who took them, and classes that were, are on, and come."""

import io
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import yaml
from PIL import Image, ImageDraw

from perisai.agents.rules import figure
from perisai.events.captured import Captured
from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.training import authoring, lesson, media
from perisai.training.attendance import attend_many
from perisai.training.attendance_code import Bound, code_at
from perisai.training.content import Content, Module, Picture, Question, Text, Video
from perisai.training.shelf import open_shelf
from perisai.training.taking import record_many
from perisai.training.told import Learner, Told
from perisai.web.demo.people import HISTORY, DemoAgent, agents
from perisai.web.demo.places import BUNGO, HEAD, JAMBI

VIDEO = Path(__file__).parent / "lesson.webm"
"""Made by ``docs/screens/lesson_video.py``."""
COURSES = Path(__file__).parent / "courses.yaml"
ZONE = "Asia/Jakarta"
PLACES = {
    JAMBI: ("Aula kantor cabang, Jelutung", -1.6101, 103.6131),
    BUNGO: ("Balai pertemuan Muara Bungo", -1.4840, 102.1170),
}
_OFFICER = "SELECT id FROM accounts_user WHERE office_id = %s AND role = 'branch' ORDER BY username LIMIT 1"
DONE, BEGUN = 0.75, 0.9
"""Share of agents who completed a course; those up to ``BEGUN`` are on the way."""


def build_training(end: datetime) -> None:
    """The head office's courses, which both branches use, and their own. An office that has courses stays as it is."""
    begin = end - HISTORY
    with Work.open(scope=Scope.nation(), clock=FixedClock(begin)) as work:
        open_shelf(work, HEAD)
        if work.row("SELECT 1 FROM training_course WHERE branch_id = %s LIMIT 1", [HEAD]):
            return
        above = [_course(work, HEAD, told, begin) for told in _told() if told.get("owner") == "head"]
    for branch_id in (JAMBI, BUNGO):
        with Work.open(scope=Scope.branch(branch_id), clock=FixedClock(begin)) as work:
            if work.row("SELECT 1 FROM training_course WHERE branch_id = %s LIMIT 1", [branch_id]):
                continue
            own = [_course(work, branch_id, told, begin) for told in _told() if "owner" not in told]
        _take(branch_id, [above[0], own[0]], begin, end)
        _learn_at_the_desk(branch_id, above[1], begin, end)
        _classes(branch_id, above[0][0], begin, end)


def _course(work: Work, branch_id: int, told: dict[str, Any], begin: datetime) -> tuple[UUID, UUID, Content]:
    course_id, version_id = authoring.create(work, branch_id=branch_id, title=told["title"])
    shown = {
        "picture": media.keep(work, branch_id=branch_id, data=_drawing(), media_type="image/jpeg"),
        "video": media.keep(work, branch_id=branch_id, data=VIDEO.read_bytes(), media_type="video/webm"),
    }
    content = Content(modules=tuple(_module(place, one, shown) for place, one in enumerate(told["modules"])))
    new = {"content": content, "summary": told["summary"], "credit_minutes": told["minutes"]}
    authoring.edit(work, branch_id=branch_id, version_id=version_id, revision=0, change=lambda _draft: new)
    authoring.publish(work, branch_id=branch_id, version_id=version_id, revision=1)
    if told["audience"]:
        since = begin.date()
        authoring.require(work, branch_id=branch_id, course_id=course_id, audience=told["audience"], since=since)
    return course_id, version_id, content


def _module(place: int, told: dict[str, Any], shown: dict[str, media.Stored]) -> Module:
    parts: list[Any] = [Text(id="t1", text=told["text"])]
    for kind, part in (("picture", Picture), ("video", Video)):
        if told.get(kind):
            kept = {"sha256": shown[kind].sha256, "size": shown[kind].size, "type": shown[kind].media_type}
            parts.append(part.model_validate({"id": f"{kind[0]}1", "alt": told[kind], **kept}))
    for number, asked in enumerate(told["questions"]):
        right, *wrong = asked["options"]
        options = [*wrong[: number % 2 + 1], right, *wrong[number % 2 + 1 :]]
        about: dict[str, Any] = {
            "options": tuple(options),
            "right": (options.index(right),),
            "why": asked.get("why", ""),
        }
        parts.append(Question(id=f"q{number + 1}", text=asked["text"], **about))
    return Module(id=f"m{place + 1}", title=told["title"], parts=tuple(parts))


def _take(branch_id: int, courses: list[tuple[UUID, UUID, Content]], begin: datetime, end: datetime) -> None:
    """Within the first three weeks; told to the server when each was done, so that days and credit lie there."""
    random = Random(branch_id)
    for agent in (one for one in agents() if one.branch_id == branch_id):
        for _course_id, version_id, content in courses:
            share = random.random()
            if share > BEGUN:
                continue
            modules = content.modules if share < DONE else content.modules[:1]
            at = min(begin + timedelta(days=random.uniform(1, 20)), end)
            told = [_progress(version_id, module, at) for module in modules]
            taking = uuid7()
            for one in told:
                one.body["taking"] = str(taking)
            with Work.open(scope=Scope.branch(branch_id), clock=FixedClock(begin)) as work:
                record_many(work, learner=_learner(agent), told=told)


def _learn_at_the_desk(branch_id: int, course: tuple[UUID, UUID, Content], begin: datetime, end: datetime) -> None:
    """The first officer of the branch has done what is asked of staff; the others have not yet."""
    _course_id, version_id, content = course
    at = min(begin + timedelta(days=9), end)
    with Work.open(scope=Scope.branch(branch_id), clock=FixedClock(begin)) as work:
        row = work.row(_OFFICER, [branch_id])
        if row is not None:
            learner, taking = Learner(branch_id, row[0], ZONE, is_staff=True), uuid7()
            told = [_progress(version_id, module, at) for module in content.modules]
            for one in told:
                one.body["taking"] = str(taking)
            record_many(work, learner=learner, told=told)


def _progress(version_id: UUID, module: Module, at: datetime) -> Told:
    answers = {question.id: list(question.right) for question in module.questions}
    body = {"version": str(version_id), "module": module.id, "answers": answers}
    return Told(uuid7(), body, Captured(at, at, at, doubtful=False))


def _classes(branch_id: int, course_id: UUID, begin: datetime, end: datetime) -> None:
    """One that was, whose attendance came by its codes; one that is on; one next week."""
    place, lat, lon = PLACES[branch_id]
    starts = begin + timedelta(days=3)
    given: dict[str, Any] = {
        "place": place,
        "lat": lat,
        "lon": lon,
        "teacher": "Petugas pelatihan",
        "credit_minutes": 120,
    }
    with Work.open(scope=Scope.branch(branch_id), clock=FixedClock(begin)) as work:
        was = _plan(work, branch_id, "Pembekalan agen", starts, given)
        _plan(work, branch_id, "Kelas Dasar Perisai", end - timedelta(minutes=40), given | {"course_id": course_id})
        _plan(work, branch_id, "Bedah kasus klaim", end + timedelta(days=7), given)
    bound = Bound(branch_id, was, starts, starts + timedelta(hours=3), lat, lon, 150)
    life = figure("attendance_code_seconds", starts.date())
    for number, agent in enumerate(one for one in agents() if one.branch_id == branch_id):
        at = starts + timedelta(minutes=2, seconds=7 * number)
        here = {"lat": lat + number * 1e-5, "lon": lon, "accuracy": 15.0} if number % 6 else None
        told = Told(uuid7(), {"code": code_at(bound, at, life)[0]}, Captured(at, at, at, doubtful=False), here)
        if number % 4 != 3:
            with Work.open(scope=Scope.branch(branch_id), clock=FixedClock(at)) as work:
                attend_many(work, learner=_learner(agent), told=[told])


def _plan(work: Work, branch_id: int, title: str, starts: datetime, given: dict[str, Any]) -> UUID:
    of = lesson.Plan(title=title, starts_at=starts, ends_at=starts + timedelta(hours=3), **given)
    return lesson.plan(work, branch_id=branch_id, of=of)


def _learner(agent: DemoAgent) -> Learner:
    return Learner(agent.branch_id, agent.id, ZONE)


@cache
def _told() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(COURSES.read_text(encoding="utf-8"))
    return found


@cache
def _drawing() -> bytes:
    """Three steps as plain shapes, so that a course has a picture without anybody's photo."""
    image = Image.new("RGB", (960, 420), "#f4f6f3")
    draw = ImageDraw.Draw(image)
    for place, colour in enumerate(("#1d6b45", "#b7791f", "#1d4f91")):
        left = 60 + place * 300
        draw.rounded_rectangle((left, 90, left + 240, 330), 28, fill="white", outline=colour, width=8)
        draw.ellipse((left + 80, 130, left + 160, 210), fill=colour)
        draw.rounded_rectangle((left + 50, 240, left + 190, 258), 9, fill=colour)
        draw.rounded_rectangle((left + 50, 276, left + 150, 294), 9, fill=colour)
        if place < 2:
            draw.polygon([(left + 252, 195), (left + 288, 210), (left + 252, 225)], fill="#44524a")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()

"""The demo world's exams: a bank of our own questions, a practice exam and the one for the licence, and who took them how."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import orjson
import yaml

from perisai.events import partitions
from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Happened, Work
from perisai.exams import bank, draw, exam, jobs, marking, result, seat
from perisai.training.shelf import open_shelf
from perisai.web.demo.people import HISTORY, DemoAgent, agents
from perisai.web.demo.places import BUNGO, HEAD, JAMBI

QUESTIONS = Path(__file__).parent / "questions.yaml"
WANTED = {"program": (3, 3, 1), "iuran": (3, 3, 1), "tugas": (2, 3, 1), "etika": (2, 2, 1), "data": (2, 2, 1)}
"""Easy, medium and hard questions of each topic: thirty together."""
PRACTICE_ROUNDS = 9
BEFORE_LICENCE = timedelta(days=33)
"""The agents of the story were examined so long before it begins."""
MISLEADING, TOO_HARD = "Anda punya 24 peserta baru", "Sampai bulan iuran mana"
"""Questions that do badly, so that the statistics have something to find."""

_ATTEMPTS = """
INSERT INTO exams_attempt (branch_id, id, exam_id, seat_id, trainee_id, number, seed, minutes, pass_percent, started_at, due_at)
SELECT %s, w.id, w.exam, w.seat, w.trainee, w.number, w.seed, 45, 70, w.started, w.started + interval '45 minutes'
FROM jsonb_to_recordset(%s::jsonb)
  AS w (id uuid, exam uuid, seat uuid, trainee uuid, number int, seed bigint, started timestamptz)
"""
_LINES = """
INSERT INTO exams_paper_line (branch_id, attempt_id, position, question_id, version, shown, answer, answered_at)
SELECT %s, w.attempt, w.position, w.question, w.version, w.shown, w.answer, w.answered
FROM jsonb_to_recordset(%s::jsonb)
  AS w (attempt uuid, position int, question uuid, version int, shown jsonb, answer int, answered timestamptz)
"""


Key = tuple[int, str, int]
"""Right option, text and difficulty."""


@dataclass
class Hall:
    """A branch's bank and exams while its rounds are told."""

    branch_id: int
    random: Random
    pool: list[draw.Drawable]
    keys: dict[UUID, Key]
    wanted: dict[draw.Cell, int]


def build_exams(end: datetime) -> None:
    """A branch that has exams stays as it is, and so does the national bank."""
    national = _fill_national(end - HISTORY - BEFORE_LICENCE - timedelta(days=PRACTICE_ROUNDS + 2))
    begin = (end - HISTORY - BEFORE_LICENCE).replace(hour=3, minute=0, second=0, microsecond=0)
    partitions.ensure((begin - timedelta(days=PRACTICE_ROUNDS + 1)).date().replace(day=1))
    for branch_id in (JAMBI, BUNGO):
        first = begin - timedelta(days=PRACTICE_ROUNDS + 1)
        with Work.open(scope=Scope.branch(branch_id), clock=FixedClock(first)) as work:
            if work.row("SELECT 1 FROM exams_exam WHERE branch_id = %s LIMIT 1", [branch_id]):
                continue
            hall = _fill_bank(work, branch_id, national)
            practice = _open(work, hall, ("Latihan ujian Perisai", "Practice exam"), is_practice=True)
            licence = _open(work, hall, ("Ujian sertifikasi Perisai", "Certification exam"), is_practice=False)
            people = [agent for agent in agents() if agent.branch_id == branch_id]
            ids = [agent.id for agent in people]
            seats = {
                of: seat.give_all(work, branch_id=branch_id, exam_id=of, trainee_ids=ids) for of in (practice, licence)
            }
        for number in range(1, PRACTICE_ROUNDS + 1):
            _tell(hall, practice, seats[practice], people, number, first + timedelta(days=number), -0.12 + number / 60)
        late = [agent for agent in people if agent.number % 5 == 3]
        _tell(hall, licence, seats[licence], people, 1, begin, 0.45, weak={agent.id for agent in late})
        _tell(hall, licence, seats[licence], late, 2, begin + timedelta(days=8), 0.5)
        _annul_one(hall, practice, begin)
        _set_next_date(branch_id, licence, end)
    jobs.gather_all_figures(FixedClock(end))


@cache
def _read() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    return told


def _fill_national(at: datetime) -> dict[UUID, Key]:
    """Head office's questions."""
    with Work.open(scope=Scope.branch(HEAD), clock=FixedClock(at)) as work:
        if work.row("SELECT 1 FROM exams_question WHERE branch_id = %s LIMIT 1", [HEAD]):
            return {}
        open_shelf(work, HEAD)
        return _write(work, HEAD, _read()["national"])[1]


def _write(work: Work, owner_id: int, questions: list[Any]) -> tuple[dict[str, UUID], dict[UUID, Key]]:
    """Topics by code, and the keys of these questions."""
    ids = {
        code: bank.save_topic(work, branch_id=owner_id, code=code, name_id=names[0], name_en=names[1])
        for code, names in _read()["topics"].items()
    }
    contents = [_content(ids, at, *question) for at, question in enumerate(questions)]
    made = bank.add_all(work, branch_id=owner_id, contents=contents)
    return ids, {id_: (one.correct, one.text_id, one.difficulty) for id_, one in zip(made, contents, strict=True)}


def _fill_bank(work: Work, branch_id: int, national: dict[UUID, Key]) -> Hall:
    ids, own = _write(work, branch_id, _read()["questions"])
    keys = own | national
    wanted = {(ids[code], at): count for code, counts in WANTED.items() for at, count in enumerate(counts, start=1)}
    random = Random(branch_id)
    return Hall(branch_id, random, exam.pool(work, branch_id), keys, wanted)


def _content(topics: dict[str, UUID], at: int, topic: str, difficulty: int, *rest: Any) -> bank.Content:
    """The right option stands first in the file, and in another place in the bank."""
    text_id, text_en, *options = rest
    both = [(option, option) if isinstance(option, str) else (option[0], option[1]) for option in options]
    correct = at % len(both)
    both.insert(correct, both.pop(0))
    return bank.Content(topics[topic], difficulty, text_id, text_en, tuple(both), correct)


def _open(work: Work, hall: Hall, names: tuple[str, str], *, is_practice: bool) -> UUID:
    settings = exam.Settings(
        name_id=names[0],
        name_en=names[1],
        for_licence=not is_practice,
        minutes=45,
        pass_percent=None,
        attempts=50 if is_practice else None,
        wait_days=0 if is_practice else None,
        blueprint=hall.wanted,
    )
    exam_id = exam.save(work, branch_id=hall.branch_id, exam_id=None, settings=settings)
    exam.set_state(work, branch_id=hall.branch_id, exam_id=exam_id, state="open")
    return exam_id


def _tell(
    hall: Hall,
    exam_id: UUID,
    seats: dict[UUID, UUID],
    people: list[DemoAgent],
    number: int,
    at: datetime,
    lift: float,
    weak: frozenset[UUID] | set[UUID] = frozenset(),
) -> None:
    """One round: everybody takes a paper of their own; three statements however many they are."""
    started = at - timedelta(minutes=31)
    attempts: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for agent in people:
        seed, attempt_id = hall.random.getrandbits(62), uuid7(int(started.timestamp() * 1000))
        skill = 0.55 + 0.04 * (agent.number * 7 % 10) + lift - (0.6 if agent.id in weak else 0)
        attempts.append(
            {
                "id": attempt_id,
                "exam": exam_id,
                "seat": seats[agent.id],
                "trainee": agent.id,
                "number": number,
                "seed": seed,
            }
            | {"started": started}
        )
        lines += _answers(hall, attempt_id, seed, skill, started)
    with Work.open(scope=Scope.branch(hall.branch_id), clock=FixedClock(at)) as work:
        work.execute(_ATTEMPTS, [hall.branch_id, orjson.dumps(attempts).decode()])
        work.execute(_LINES, [hall.branch_id, orjson.dumps(lines).decode()])
        for one in attempts:
            detail = {"attempt": str(one["id"]), "exam": str(exam_id), "number": number}
            work.report(
                Happened("exam_started", hall.branch_id, subject_id=one["id"], agent_id=one["trainee"], detail=detail)
            )
        marking.mark(work, hall.branch_id, [one["id"] for one in attempts], "submitted")


def _answers(hall: Hall, attempt_id: UUID, seed: int, skill: float, started: datetime) -> list[dict[str, Any]]:
    paper = draw.draw(hall.pool, hall.wanted, seed)
    told = []
    for position, line in enumerate(paper, start=1):
        correct, text, difficulty = hall.keys[line.question_id]
        chance = skill + 0.18 - 0.13 * difficulty
        if MISLEADING in text:
            chance = 1.15 - skill
        if TOO_HARD in text:
            chance = 0.12
        is_right = hall.random.random() < min(0.97, max(0.08, chance))
        wrong = (correct + hall.random.randrange(1, len(line.shown))) % len(line.shown)
        told.append(
            {"attempt": attempt_id, "position": position, "question": line.question_id, "version": line.version}
            | {"shown": line.shown, "answer": correct if is_right else wrong}
            | {"answered": started + timedelta(minutes=position)}
        )
    return told


def _annul_one(hall: Hall, exam_id: UUID, at: datetime) -> None:
    """The lights went out."""
    with Work.open(scope=Scope.branch(hall.branch_id), clock=FixedClock(at)) as work:
        row = work.row(
            "SELECT attempt_id FROM exams_result WHERE branch_id = %s AND exam_id = %s ORDER BY ended_at, attempt_id LIMIT 1",
            [hall.branch_id, exam_id],
        )
        assert row is not None
        result.annul(
            work, branch_id=hall.branch_id, attempt_id=row[0], reason="technical", note="Listrik padam di aula."
        )


def _set_next_date(branch_id: int, exam_id: UUID, end: datetime) -> None:
    """Whoever is in training sits the exam in a few days."""
    with Work.open(scope=Scope.branch(branch_id), clock=FixedClock(end - timedelta(days=2))) as work:
        opens_at = (end + timedelta(days=3)).replace(hour=2, minute=0, second=0, microsecond=0)
        sitting = exam.set_date(
            work,
            branch_id=branch_id,
            exam_id=exam_id,
            opens_at=opens_at,
            closes_at=opens_at + timedelta(hours=4),
            place="Aula kantor cabang",
        )
        trainees = work.rows(
            "SELECT id FROM agents_agent WHERE branch_id = %s AND state = 'trainee' ORDER BY id", [branch_id]
        )
        seat.give_all(
            work, branch_id=branch_id, exam_id=exam_id, trainee_ids=[row[0] for row in trainees], sitting_id=sitting
        )

"""Drawing a paper: which questions, in which order, with their options in which order. Pure; the seed decides everything."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from uuid import UUID

Cell = tuple[UUID, int]
"""(topic, difficulty)"""


@dataclass(frozen=True)
class Drawable:
    """A question in its current version."""

    id: UUID
    version: int
    topic_id: UUID
    difficulty: int
    options: int


@dataclass(frozen=True)
class Line:
    """A question of the paper. ``shown`` is the order of its options."""

    question_id: UUID
    version: int
    shown: tuple[int, ...]


def lacking(pool: Iterable[Drawable], blueprint: Mapping[Cell, int]) -> dict[Cell, int]:
    """How many questions the pool has too few, by cell; empty where a paper can be drawn."""
    have = Counter((question.topic_id, question.difficulty) for question in pool)
    return {cell: wanted - have[cell] for cell, wanted in blueprint.items() if have[cell] < wanted}


def draw(pool: Iterable[Drawable], blueprint: Mapping[Cell, int], seed: int) -> list[Line]:
    """A paper that has exactly the questions the blueprint asks for, each once. The same pool, blueprint and seed give the
    same paper, in whatever order the pool comes. Raises ``ValueError`` where ``lacking`` finds something."""
    cells: defaultdict[Cell, list[Drawable]] = defaultdict(list)
    for question in sorted(pool, key=lambda question: question.id):
        cells[question.topic_id, question.difficulty].append(question)
    random = Random(seed)  # noqa: S311 - the same again on purpose; seeds come from the system's generator
    drawn: list[Drawable] = []
    for cell, wanted in sorted(blueprint.items()):
        drawn += random.sample(cells[cell], wanted)
    random.shuffle(drawn)
    return [Line(question.id, question.version, _order(question.options, random)) for question in drawn]


def _order(options: int, random: Random) -> tuple[int, ...]:
    order = list(range(options))
    random.shuffle(order)
    return tuple(order)

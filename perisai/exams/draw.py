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


def draw(
    pool: Iterable[Drawable], blueprint: Mapping[Cell, int], seed: int, seen: Mapping[UUID, int] | None = None
) -> list[Line]:
    """A paper that has exactly the questions the blueprint asks for, each once.

    ``seen`` says in which of this candidate's earlier papers a question stood last (from 1): what was never seen is asked first,
    then what was seen longest ago, so that nothing is repeated while the bank has something else. The same pool, blueprint, seed
    and history give the same paper, in whatever order the pool comes. Raises ``ValueError`` where ``lacking`` finds something.
    """
    cells: defaultdict[Cell, list[Drawable]] = defaultdict(list)
    for question in sorted(pool, key=lambda question: question.id):
        cells[question.topic_id, question.difficulty].append(question)
    random = Random(seed)  # noqa: S311 - the same again on purpose; seeds come from the system's generator
    drawn: list[Drawable] = []
    for cell, wanted in sorted(blueprint.items()):
        drawn += _choose(cells[cell], wanted, seen or {}, random)
    random.shuffle(drawn)
    return [Line(question.id, question.version, _order(question.options, random)) for question in drawn]


def _choose(questions: list[Drawable], wanted: int, seen: Mapping[UUID, int], random: Random) -> list[Drawable]:
    if len(questions) < wanted:
        raise ValueError(f"a sample of {wanted} from {len(questions)}")
    by_turn: defaultdict[int, list[Drawable]] = defaultdict(list)
    for question in questions:
        by_turn[seen.get(question.id, 0)].append(question)
    chosen: list[Drawable] = []
    for _turn, group in sorted(by_turn.items()):
        chosen += random.sample(group, min(len(group), wanted - len(chosen)))
    return chosen


def _order(options: int, random: Random) -> tuple[int, ...]:
    order = list(range(options))
    random.shuffle(order)
    return tuple(order)

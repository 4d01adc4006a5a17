"""Drawing always gives what the blueprint asks, or says exactly what is missing. Cases: 300, the same every time."""

from collections import Counter
from random import Random
from uuid import UUID

import pytest

from perisai.exams.draw import Cell, Drawable, draw, lacking

CASES = 300


def _case(seed: int) -> tuple[list[Drawable], dict[Cell, int]]:
    """A bank of up to 60 questions and a blueprint that asks for as many as there are, fewer, or too many."""
    random = Random(seed)
    topics = [UUID(int=n + 1) for n in range(random.randint(1, 4))]
    pool = [
        Drawable(
            UUID(int=random.getrandbits(128)), random.randint(1, 3), random.choice(topics), random.randint(1, 3),
            random.randint(2, 6),
        )
        for _ in range(random.randint(0, 60))
    ]  # fmt: skip
    have = Counter((question.topic_id, question.difficulty) for question in pool)
    cells = [(topic, difficulty) for topic in topics for difficulty in (1, 2, 3)]
    chosen = random.sample(cells, random.randint(1, len(cells)))
    most = random.choice((0, 0, 2))
    return pool, {cell: max(1, random.randint(0, have[cell] + most)) for cell in chosen}


@pytest.mark.parametrize("block", range(10))
def test_draw_fulfils_the_blueprint_or_says_what_is_missing(block: int) -> None:
    drawn = refused = 0
    for seed in range(block * CASES // 10, (block + 1) * CASES // 10):
        pool, wanted = _case(seed)
        have = Counter((question.topic_id, question.difficulty) for question in pool)
        missing = lacking(pool, wanted)
        assert missing == {cell: n - have[cell] for cell, n in wanted.items() if n > have[cell]}
        if missing:
            refused += 1
            with pytest.raises(ValueError, match=r"[Ss]ample"):
                draw(pool, wanted, seed)
            continue
        drawn += 1
        paper = draw(pool, wanted, seed)
        known = {question.id: question for question in pool}
        got = Counter((known[line.question_id].topic_id, known[line.question_id].difficulty) for line in paper)
        assert got == Counter(wanted)
        assert len({line.question_id for line in paper}) == len(paper), "each question once"
        for line in paper:
            question = known[line.question_id]
            assert line.version == question.version
            assert sorted(line.shown) == list(range(question.options))
        assert draw(list(reversed(pool)), wanted, seed) == paper, "the seed decides, not the order of the pool"
    assert drawn
    assert refused


@pytest.mark.parametrize("block", range(5))
def test_draw_again_repeats_only_what_the_bank_forces_it_to(block: int) -> None:
    """Up to six papers in a row for one candidate: never two of a question, each cell full, unseen before seen, and among the seen
    those of the longest ago."""
    again = 0
    for seed in range(block * CASES // 5, (block + 1) * CASES // 5):
        pool, wanted = _case(seed)
        if lacking(pool, wanted):
            continue
        seen: dict[UUID, int] = {}
        known = {question.id: question for question in pool}
        for number in range(1, 7):
            paper = draw(pool, wanted, seed + number, seen)
            asked = [line.question_id for line in paper]
            assert len(set(asked)) == len(asked)
            for cell, count in wanted.items():
                turns = sorted(seen.get(q.id, 0) for q in pool if (q.topic_id, q.difficulty) == cell)
                drawn = sorted(seen.get(q, 0) for q in asked if (known[q].topic_id, known[q].difficulty) == cell)
                assert drawn == turns[:count]
            again += sum(question in seen for question in asked)
            seen |= dict.fromkeys(asked, number)
    assert again, "some banks are too small"


def test_draw_again_is_still_by_chance() -> None:
    topic = UUID(int=1)
    pool = [Drawable(UUID(int=n + 10), 1, topic, 1, 4) for n in range(9)]
    seen = {question.id: 1 for question in pool[:3]}
    papers = [draw(pool, {(topic, 1): 3}, seed, seen) for seed in range(100)]
    assert {line.question_id for paper in papers for line in paper} == {question.id for question in pool[3:]}
    assert len({tuple(line.question_id for line in paper) for paper in papers}) > 50


def test_every_question_and_every_order_has_its_turn() -> None:
    topic = UUID(int=1)
    pool = [Drawable(UUID(int=n + 10), 1, topic, 1, 4) for n in range(8)]
    papers = [draw(pool, {(topic, 1): 2}, seed) for seed in range(400)]
    drawn = Counter(line.question_id for paper in papers for line in paper)
    assert set(drawn) == {question.id for question in pool}
    assert max(drawn.values()) < 2 * min(drawn.values())
    assert len({line.shown for paper in papers for line in paper}) == 24

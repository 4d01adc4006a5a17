"""What answers say about questions: difficulty and discrimination, computed where the answers are.

Difficulty p is the share of candidates who answered right (a blank is not right). Discrimination twice: the point-biserial
correlation of the item with the rest of the paper, and the share right of the best 27 % less that of the weakest 27 %.
Annulled attempts are left out. Versions are counted apart, for a changed question is another question.

A nightly job keeps the figures of questions with at least ``LEAST`` answers: of a branch's own, so that what is doubtful can be
counted at once; of those above the branches over the whole country, where every branch may read them, and no person and no branch
can be told from them.
"""

from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.events.work import Work
from perisai.training.shelf import open_shelf

LEAST: Final = 20
"""Fewer answers than this, and the figures say nothing."""
TOO_HARD, TOO_EASY, WEAK = 0.2, 0.95, 0.1

# One pass over results and papers of a branch (``only``) or of the country, of all questions or of one owner's; ranks are those
# within each branch's exam. Carried by exam_result_outcome, the papers' primary key and exam_version_id.
_FIGURE: LiteralString = """
WITH taken AS (
  SELECT r.branch_id, r.attempt_id, r.correct, r.questions,
    percent_rank() OVER (PARTITION BY r.branch_id, r.exam_id ORDER BY r.correct::float / r.questions) AS rank
  FROM exams_result r
  WHERE (%(only)s::int IS NULL OR r.branch_id = %(only)s::int) AND (%(exam)s::uuid IS NULL OR r.exam_id = %(exam)s::uuid)
    AND NOT EXISTS (SELECT FROM exams_annulment n WHERE n.branch_id = r.branch_id AND n.attempt_id = r.attempt_id)
), item AS (
  SELECT l.branch_id, l.question_id, l.version, t.rank, (l.answer IS NOT DISTINCT FROM v.correct)::int AS ok,
    (t.correct - (l.answer IS NOT DISTINCT FROM v.correct)::int)::float / NULLIF(t.questions - 1, 0) AS rest
  FROM taken t
  JOIN exams_paper_line l ON l.branch_id = t.branch_id AND l.attempt_id = t.attempt_id
  JOIN exams_question_version v ON v.question_id = l.question_id AND v.version = l.version
  WHERE %(owner)s::int IS NULL OR v.branch_id = %(owner)s::int
), figure AS (
  SELECT question_id, version, count(*) AS answers, count(DISTINCT branch_id) AS branches, avg(ok)::float AS p,
    corr(ok, rest) AS point_biserial,
    (avg(ok) FILTER (WHERE rank >= 0.73) - avg(ok) FILTER (WHERE rank <= 0.27))::float AS upper_lower
  FROM item GROUP BY question_id, version
)
"""
_ITEMS: LiteralString = (
    _FIGURE
    + """
SELECT f.question_id, f.version, coalesce(n.answers, f.answers) AS answers, coalesce(n.p, f.p) AS p,
  CASE WHEN n.answers IS NULL THEN f.point_biserial ELSE n.point_biserial END AS point_biserial,
  CASE WHEN n.answers IS NULL THEN f.upper_lower ELSE n.upper_lower END AS upper_lower, n.branches,
  v.branch_id <> %(only)s AS is_national, v.text_id, v.text_en, v.difficulty, q.state, q.version AS newest, t.code AS topic
FROM figure f
JOIN exams_question_version v ON v.question_id = f.question_id AND v.version = f.version
JOIN exams_question q ON q.branch_id = v.branch_id AND q.id = v.question_id
JOIN exams_topic t ON t.branch_id = v.branch_id AND t.id = v.topic_id
LEFT JOIN exams_item_figure n ON n.branch_id = v.branch_id AND n.question_id = v.question_id AND n.version = v.version
  AND n.branch_id <> %(only)s AND %(exam)s::uuid IS NULL
ORDER BY (coalesce(n.answers, f.answers) >= %(least)s) DESC, 5 NULLS FIRST, f.question_id, f.version
"""
)
# What was gathered for the bank of an office above the branches.
_GATHERED: LiteralString = """
SELECT n.question_id, n.version, n.answers, n.branches, n.p, n.point_biserial, n.upper_lower, n.gathered_at, true AS is_national,
  v.text_id, v.text_en, v.difficulty, q.state, q.version AS newest, t.code AS topic
FROM exams_item_figure n
JOIN exams_question_version v ON v.branch_id = n.branch_id AND v.question_id = n.question_id AND v.version = n.version
JOIN exams_question q ON q.branch_id = v.branch_id AND q.id = v.question_id
JOIN exams_topic t ON t.branch_id = v.branch_id AND t.id = v.topic_id
WHERE n.branch_id = %s ORDER BY n.point_biserial NULLS FIRST, n.question_id, n.version
"""
_FORGET: LiteralString = "DELETE FROM exams_item_figure WHERE branch_id = %s"
# Once a night, and nobody waits for it.
_GATHER: LiteralString = (
    _FIGURE
    + """
INSERT INTO exams_item_figure (branch_id, question_id, version, answers, branches, p, point_biserial, upper_lower, gathered_at)
SELECT %(owner)s, question_id, version, answers, branches, p, point_biserial, upper_lower, %(now)s
FROM figure WHERE answers >= %(least)s
"""
)
_OWNERS: LiteralString = """
SELECT o.id, CASE WHEN o.kind = 'branch' THEN o.id END FROM offices_office o
WHERE o.kind IN ('head', 'region', 'branch') AND EXISTS (SELECT FROM exams_question q WHERE q.branch_id = o.id) ORDER BY o.id
"""
# The bounds of ``judge``, on the newest version of questions in use.
_DOUBTFUL: LiteralString = """
SELECT count(*) FROM exams_item_figure f
JOIN exams_question q ON q.branch_id = f.branch_id AND q.id = f.question_id AND q.version = f.version AND q.state = 'active'
WHERE f.branch_id = %(owner)s
  AND (f.p < %(hard)s OR f.p > %(easy)s OR f.point_biserial IS NULL OR f.point_biserial < %(weak)s)
"""


def owners(work: Work) -> list[tuple[int, int | None]]:
    """Whose questions have figures: (office, the only branch whose answers count, or None for the whole country)."""
    return [(owner, only) for owner, only in work.rows(_OWNERS)]


def gather(work: Work, *, owner_id: int, only: int | None) -> int:
    """Counts the answers to one owner's questions anew, of one branch or of all in the scope of the Work; returns how many
    questions have figures."""
    open_shelf(work, owner_id)
    work.execute(_FORGET, [owner_id])
    return work.execute(_GATHER, {"owner": owner_id, "only": only, "exam": None, "now": work.now, "least": LEAST})


def count_doubtful(work: Work, *, owner_id: int) -> int:
    """Questions in use that last night's figures speak against."""
    row = work.row(_DOUBTFUL, {"owner": owner_id, "hard": TOO_HARD, "easy": TOO_EASY, "weak": WEAK})
    return int(row[0]) if row else 0


def gathered(work: Work, *, owner_id: int) -> list[dict[str, Any]]:
    """As ``items``, for the bank of an office above: ``branches`` answered, ``gathered_at`` says when it was counted."""
    return [_judged(row) for row in work.dicts(_GATHERED, [owner_id])]


def items(work: Work, *, branch_id: int, exam_id: UUID | None = None) -> list[dict[str, Any]]:
    """A row a question and version that was ever on a marked paper, the doubtful ones first; ``verdict`` as ``judge``. Where the
    country's answers were gathered, its figures stand for the branch's own, and ``branches`` says of how many."""
    rows = work.dicts(_ITEMS, {"owner": None, "only": branch_id, "exam": exam_id, "least": LEAST})
    return [_judged(row) for row in rows]


def _judged(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"verdict": judge(row["answers"], row["p"], row["point_biserial"])}


def judge(answers: int, p: float, point_biserial: float | None) -> str:
    """``few``, ``hard``, ``easy``, ``wrong`` (the weak answer it right more often: look at the key), ``weak`` or ``good``."""
    if answers < LEAST:
        return "few"
    if point_biserial is not None and point_biserial < 0:
        return "wrong"
    if p < TOO_HARD:
        return "hard"
    if p > TOO_EASY:
        return "easy"
    return "weak" if point_biserial is None or point_biserial < WEAK else "good"

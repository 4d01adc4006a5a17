"""What answers say about questions: difficulty and discrimination, computed where the answers are.

Difficulty p is the share of candidates who answered right (a blank is not right). Discrimination twice: the point-biserial
correlation of the item with the rest of the paper, and the share right of the best 27 % less that of the weakest 27 %.
Annulled attempts are left out. Versions are counted apart, for a changed question is another question.
"""

from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.events.work import Work

LEAST: Final = 20
"""Fewer answers than this, and the figures say nothing."""
TOO_HARD, TOO_EASY, WEAK = 0.2, 0.95, 0.1

# One pass over results and papers of the branch; carried by exam_result_exam and the papers' primary key.
_ITEMS: LiteralString = """
WITH taken AS (
  SELECT r.attempt_id, r.correct, r.questions,
    percent_rank() OVER (PARTITION BY r.exam_id ORDER BY r.correct::float / r.questions) AS rank
  FROM exams_result r
  WHERE r.branch_id = %(branch)s AND (%(exam)s::uuid IS NULL OR r.exam_id = %(exam)s::uuid)
    AND NOT EXISTS (SELECT FROM exams_annulment n WHERE n.branch_id = r.branch_id AND n.attempt_id = r.attempt_id)
), item AS (
  SELECT l.question_id, l.version, t.rank, (l.answer IS NOT DISTINCT FROM v.correct)::int AS ok,
    (t.correct - (l.answer IS NOT DISTINCT FROM v.correct)::int)::float / NULLIF(t.questions - 1, 0) AS rest
  FROM taken t
  JOIN exams_paper_line l ON l.branch_id = %(branch)s AND l.attempt_id = t.attempt_id
  JOIN exams_question_version v ON v.branch_id = l.branch_id AND v.question_id = l.question_id AND v.version = l.version
), figure AS (
  SELECT question_id, version, count(*) AS answers, avg(ok)::float AS p, corr(ok, rest) AS point_biserial,
    (avg(ok) FILTER (WHERE rank >= 0.73) - avg(ok) FILTER (WHERE rank <= 0.27))::float AS upper_lower
  FROM item GROUP BY question_id, version
)
SELECT f.*, v.text_id, v.text_en, v.difficulty, q.state, q.version AS newest, t.code AS topic
FROM figure f
JOIN exams_question q ON q.branch_id = %(branch)s AND q.id = f.question_id
JOIN exams_question_version v ON v.branch_id = q.branch_id AND v.question_id = f.question_id AND v.version = f.version
JOIN exams_topic t ON t.branch_id = v.branch_id AND t.id = v.topic_id
ORDER BY (f.answers >= %(least)s) DESC, f.point_biserial NULLS FIRST, f.question_id, f.version
"""


def items(work: Work, *, branch_id: int, exam_id: UUID | None = None) -> list[dict[str, Any]]:
    """A row a question and version that was ever on a marked paper, the doubtful ones first; ``verdict`` as ``judge``."""
    rows = work.dicts(_ITEMS, {"branch": branch_id, "exam": exam_id, "least": LEAST})
    return [row | {"verdict": judge(row["answers"], row["p"], row["point_biserial"])} for row in rows]


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

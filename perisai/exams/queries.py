"""Reads about exams for staff pages. Every query names its branch; a fixed number of statements a page."""

from typing import Any, LiteralString
from uuid import UUID

import orjson

from perisai.accounts.audience import STAFF, Role, Viewer
from perisai.agents.queries import narrow
from perisai.events.work import Work
from perisai.exams import statistics
from perisai.training.shelf import USED

PAGE = 100
WRITERS = (Role.BRANCH, Role.BRANCH_HEAD, Role.HEAD_OFFICE)
"""Who writes questions: of the branch, or of the national bank."""
_USED: LiteralString = "= ANY ((SELECT path FROM offices_office WHERE id = %(branch)s)::int[])"

# A topic from above is the branch's own of the same code, where it has one.
_TOPICS: LiteralString = f"""
SELECT c.id, c.branch_id, c.code, c.name_id, c.name_en, count(q.id) AS questions,
  count(q.id) FILTER (WHERE q.difficulty = 1) AS easy, count(q.id) FILTER (WHERE q.difficulty = 2) AS medium,
  count(q.id) FILTER (WHERE q.difficulty = 3) AS hard, count(q.id) FILTER (WHERE q.branch_id <> %(branch)s) AS national
FROM (
  SELECT DISTINCT ON (t.code) t.* FROM exams_topic t WHERE t.branch_id {_USED}
  ORDER BY t.code, t.branch_id = %(branch)s DESC, t.branch_id
) c
JOIN exams_topic k ON k.code = c.code AND k.branch_id {_USED}
LEFT JOIN exams_question q ON q.branch_id = k.branch_id AND q.topic_id = k.id AND q.state = 'active'
  AND (q.branch_id = %(branch)s OR %(with_national)s)
GROUP BY c.id, c.branch_id, c.code, c.name_id, c.name_en ORDER BY c.name_id
"""
_QUESTIONS: LiteralString = (
    """
SELECT q.id, q.branch_id, q.version, q.difficulty, q.state, q.changed_at, v.text_id, v.text_en, v.options, v.correct, v.topic_id,
  t.name_id AS topic_id_name, t.name_en AS topic_en_name
FROM exams_question q
JOIN exams_question_version v ON v.branch_id = q.branch_id AND v.question_id = q.id AND v.version = q.version
JOIN exams_topic t ON t.branch_id = q.branch_id AND t.id = q.topic_id
WHERE q.branch_id """
    + USED
)
_TEXTS: LiteralString = (
    """
SELECT lower(v.text_id) FROM exams_question q
JOIN exams_question_version v ON v.branch_id = q.branch_id AND v.question_id = q.id AND v.version = q.version
WHERE q.branch_id """
    + USED
)
_VERSIONS: LiteralString = """
SELECT v.version, v.text_id, v.text_en, v.options, v.correct, v.difficulty, v.made_at, u.full_name AS made_by
FROM exams_question_version v LEFT JOIN accounts_user u ON u.id = v.made_by
WHERE v.question_id = %s ORDER BY v.version DESC
"""
_EXAMS: LiteralString = """
SELECT e.id, e.name_id, e.name_en, e.state, e.for_licence, e.minutes, e.pass_percent, e.attempts, e.wait_days,
  e.draws_national,
  (SELECT coalesce(sum(b.questions), 0) FROM exams_blueprint b WHERE b.branch_id = e.branch_id AND b.exam_id = e.id) AS questions,
  t.taken, t.passed,
  (SELECT count(*) FROM exams_attempt a WHERE a.branch_id = e.branch_id AND a.exam_id = e.id AND a.ended_at IS NULL) AS running
FROM exams_exam e
CROSS JOIN LATERAL (
  SELECT count(*) AS taken, count(*) FILTER (WHERE r.passed) AS passed FROM exams_result r
  WHERE r.branch_id = e.branch_id AND r.exam_id = e.id) t
WHERE e.branch_id = %s ORDER BY (e.state = 'closed'), e.id
"""
_SITTINGS: LiteralString = """
SELECT t.id, t.place, t.opens_at, t.closes_at, count(s.id) FILTER (WHERE s.withdrawn_at IS NULL) AS seats
FROM exams_sitting t LEFT JOIN exams_seat s ON s.branch_id = t.branch_id AND s.sitting_id = t.id
WHERE t.branch_id = %s AND t.exam_id = %s GROUP BY t.branch_id, t.id ORDER BY t.opens_at DESC LIMIT 50
"""
_SEATS: LiteralString = """
SELECT s.id, s.trainee_id, s.given_at, s.expires_at, t.opens_at, t.closes_at, a.code, a.full_name,
  l.id AS attempt_id, l.started_at, l.ended_at, r.passed, (n.attempt_id IS NOT NULL) AS is_annulled
FROM exams_seat s
JOIN agents_agent a ON a.branch_id = s.branch_id AND a.id = s.trainee_id
LEFT JOIN exams_sitting t ON t.branch_id = s.branch_id AND t.id = s.sitting_id
LEFT JOIN LATERAL (
  SELECT id, started_at, ended_at FROM exams_attempt x WHERE x.branch_id = s.branch_id AND x.seat_id = s.id
  ORDER BY number DESC LIMIT 1) l ON true
LEFT JOIN exams_result r ON r.branch_id = s.branch_id AND r.attempt_id = l.id
LEFT JOIN exams_annulment n ON n.branch_id = s.branch_id AND n.attempt_id = l.id
WHERE s.branch_id = %s AND s.exam_id = %s AND s.withdrawn_at IS NULL AND """
# The page is chosen first, by the primary key, which follows time; only its attempts are looked up.
_ATTEMPTS: LiteralString = """
SELECT x.id, x.number, x.started_at, x.due_at, x.ended_at, x.trainee_id, e.name_id, e.name_en, a.code, a.full_name, r.correct,
  r.questions, r.passed, r.pass_percent, r.ending, n.reason AS annulled_for, r.correct * 100 / r.questions AS percent
FROM (SELECT * FROM exams_attempt x WHERE x.branch_id = %s AND {where} ORDER BY x.id DESC LIMIT %s) x
JOIN exams_exam e ON e.branch_id = x.branch_id AND e.id = x.exam_id
JOIN agents_agent a ON a.branch_id = x.branch_id AND a.id = x.trainee_id
LEFT JOIN exams_result r ON r.branch_id = x.branch_id AND r.attempt_id = x.id
LEFT JOIN exams_annulment n ON n.branch_id = x.branch_id AND n.attempt_id = x.id
ORDER BY x.id DESC
"""
_CAME_OUT: LiteralString = """EXISTS (
    SELECT FROM exams_result r WHERE r.branch_id = x.branch_id AND r.attempt_id = x.id AND {passed})
  AND NOT EXISTS (SELECT FROM exams_annulment n WHERE n.branch_id = x.branch_id AND n.attempt_id = x.id)"""
_OUTCOMES: dict[str, LiteralString] = {
    "running": "x.ended_at IS NULL",
    "passed": _CAME_OUT.replace("{passed}", "r.passed"),
    "failed": _CAME_OUT.replace("{passed}", "NOT r.passed"),
    "annulled": "EXISTS (SELECT FROM exams_annulment n WHERE n.branch_id = x.branch_id AND n.attempt_id = x.id)",
}
# Who is meant is found among the people of the branch, then their attempts through exam_attempt_trainee.
_OF_PEOPLE: LiteralString = (
    "x.trainee_id = ANY (ARRAY(SELECT a.id FROM agents_agent a WHERE a.branch_id = %s AND {where}))"
)
# Carried by exam_seat_trainee, exam_result_trainee and exam_attempt_due.
_WAITING: LiteralString = """
SELECT (
  SELECT count(*) FROM agents_agent a WHERE {where} AND a.state = 'trainee'
    AND NOT EXISTS (SELECT FROM exams_seat s JOIN exams_exam e ON e.branch_id = s.branch_id AND e.id = s.exam_id AND e.for_licence
      WHERE s.branch_id = a.branch_id AND s.trainee_id = a.id AND s.withdrawn_at IS NULL AND s.expires_at > %s)
    AND NOT EXISTS (SELECT FROM exams_result r JOIN exams_exam e ON e.branch_id = r.branch_id AND e.id = r.exam_id AND e.for_licence
      WHERE r.branch_id = a.branch_id AND r.trainee_id = a.id AND r.passed
        AND NOT EXISTS (SELECT FROM exams_annulment n WHERE n.branch_id = r.branch_id AND n.attempt_id = r.attempt_id))
), (
  SELECT count(*) FROM exams_attempt x JOIN agents_agent a ON a.branch_id = x.branch_id AND a.id = x.trainee_id
  WHERE x.ended_at IS NULL AND {where}
)
"""


def waiting(work: Work, *, viewer: Viewer) -> list[tuple[str, int, str]]:
    """What waits in exams for this viewer: (key of ``console.WAITING``, how many, where they are listed); what is nothing is left
    out. Keys: ``exams_to_schedule`` trainees without a link to the exam for the licence, ``exams_running`` attempts in progress,
    ``exam_questions_doubtful`` of the viewer's own bank by last night's figures. Two statements."""
    found: list[tuple[str, int, str]] = []
    owner = viewer.office.branch_id or viewer.office.id
    if viewer.role in STAFF:
        sql, params = narrow(viewer)
        row = work.row(_WAITING.replace("{where}", sql), [*params, work.now, *params])
        unscheduled, running = row or (0, 0)
        found.append(("exams_to_schedule", unscheduled, f"/console/exams/?branch={owner}"))
        found.append(("exams_running", running, f"/console/exams/{owner}/attempts/?outcome=running"))
    if viewer.role in WRITERS:
        doubtful = statistics.count_doubtful(work, owner_id=owner)
        found.append(("exam_questions_doubtful", doubtful, f"/console/exams/{owner}/statistics/"))
    return [one for one in found if one[1]]


def topics(work: Work, *, branch_id: int, with_national: bool = True) -> list[dict[str, Any]]:
    """The branch's and those from above, with how many active questions there are of each difficulty, and ``national`` of them all.
    A bank of an office above is its own."""
    return work.dicts(_TOPICS, {"branch": branch_id, "with_national": with_national})


def questions(
    work: Work,
    *,
    branch_id: int,
    q: str = "",
    topic: UUID | None = None,
    difficulty: int | None = None,
    state: str = "",
    source: str = "",
) -> list[dict[str, Any]]:
    """What the branch may use (``source`` ``own`` or ``national``: only that), in its current versions, at most 500, the latest
    changed first. One statement."""
    sql, params = _QUESTIONS, [branch_id]
    given: list[Any] = list(params)
    for word in q.lower().split()[:8]:
        sql += " AND (lower(v.text_id) LIKE %s OR lower(v.text_en) LIKE %s)"
        given += [_like(word), _like(word)]
    if topic is not None:
        sql += " AND t.code = (SELECT code FROM exams_topic WHERE id = %s)"
        given.append(topic)
    if difficulty is not None:
        sql += " AND q.difficulty = %s"
        given.append(difficulty)
    if state:
        sql += " AND q.state = %s"
        given.append(state)
    if source in ("own", "national"):
        sql += " AND (q.branch_id = %s) = %s"
        given += [branch_id, source == "own"]
    rows = work.dicts(sql + " ORDER BY q.changed_at DESC, q.id LIMIT 500", given)
    return [_with_options(row) for row in rows]


def texts(work: Work, *, branch_id: int) -> set[str]:
    """Every Indonesian text that the branch may use already, in small letters."""
    return {row[0] for row in work.rows(_TEXTS, [branch_id])}


def find_question(work: Work, *, branch_id: int, question_id: UUID) -> dict[str, Any] | None:
    """The newest version."""
    rows = work.dicts(_QUESTIONS + " AND q.id = %s", [branch_id, question_id])
    return _with_options(rows[0]) if rows else None


def versions(work: Work, *, question_id: UUID) -> list[dict[str, Any]]:
    """Newest first, with who wrote them."""
    return [_with_options(row) for row in work.dicts(_VERSIONS, [question_id])]


def exams(work: Work, *, branch_id: int) -> list[dict[str, Any]]:
    """With how many took, passed and sit in each."""
    return work.dicts(_EXAMS, [branch_id])


def find_exam(work: Work, *, branch_id: int, exam_id: UUID) -> dict[str, Any] | None:
    return next((row for row in exams(work, branch_id=branch_id) if row["id"] == exam_id), None)


def sittings(work: Work, *, branch_id: int, exam_id: UUID) -> list[dict[str, Any]]:
    """Exam dates, the latest first."""
    return work.dicts(_SITTINGS, [branch_id, exam_id])


def seats(work: Work, *, viewer: Viewer, branch_id: int, exam_id: UUID) -> list[dict[str, Any]]:
    """Who may take an exam, within what the viewer may see, the latest first; with the last attempt of each."""
    sql, params = narrow(viewer)
    return work.dicts(_SEATS + sql + " ORDER BY s.id DESC LIMIT 200", [branch_id, exam_id, *params])


def attempts(
    work: Work, *, viewer: Viewer, branch_id: int, outcome: str = "", q: str = "", before: UUID | None = None
) -> list[dict[str, Any]]:
    """A page of attempts and one more, the latest first, within what the viewer may see."""
    conditions: list[LiteralString] = ["TRUE"]
    given: list[Any] = [branch_id]
    if outcome in _OUTCOMES:
        conditions.append(_OUTCOMES[outcome])
    if before is not None:
        conditions.append("x.id < %s")
        given.append(before)
    sql, params = narrow(viewer)
    words = [_like(word) for word in q.lower().split()[:5]]
    if words or viewer.sub_branch_id or viewer.agency_office_id or viewer.agent_id:
        people: list[LiteralString] = [sql, *(["(lower(a.full_name) LIKE %s OR lower(a.code) LIKE %s)"] * len(words))]
        conditions.append(_OF_PEOPLE.replace("{where}", " AND ".join(people)))
        given += [branch_id, *params, *(word for word in words for _twice in range(2))]
    query = _ATTEMPTS.replace("{where}", " AND ".join(conditions))
    return work.dicts(query, [*given, PAGE + 1])


def sees_trainee(work: Work, *, viewer: Viewer, branch_id: int, trainee_id: UUID) -> dict[str, Any] | None:
    """Name and code of a trainee within what the viewer may see."""
    sql, params = narrow(viewer)
    found = work.dicts(
        "SELECT a.id, a.code, a.full_name, a.state FROM agents_agent a WHERE a.branch_id = %s AND a.id = %s AND " + sql,
        [branch_id, trainee_id, *params],
    )
    return found[0] if found else None


def trainees(work: Work, *, viewer: Viewer, branch_id: int) -> list[dict[str, Any]]:
    """Whom staff may enter for an exam: trainees first, then agents; at most 500."""
    sql, params = narrow(viewer)
    return work.dicts(
        "SELECT a.id, a.code, a.full_name, a.state FROM agents_agent a WHERE a.branch_id = %s AND a.state <> 'ended' AND "
        + sql
        + " ORDER BY (a.state = 'trainee') DESC, a.full_name LIMIT 500",
        [branch_id, *params],
    )


def _with_options(row: dict[str, Any]) -> dict[str, Any]:
    options = orjson.loads(row["options"])
    return row | {"options": [option | {"is_correct": at == row["correct"]} for at, option in enumerate(options)]}


def _like(word: str) -> str:
    return "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"

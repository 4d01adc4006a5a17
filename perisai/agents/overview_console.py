"""Staff pages over all agents: licences that need attention, and where agents work."""

from datetime import timedelta
from typing import LiteralString

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.agents import coverage
from perisai.agents.rules import figure
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.offices.tree import Office, OfficeKind

MOST = 500

# An agent's last valid licence that ends soon or has ended, with the credit of its term. Carried by licence_agent.
_ENDING: LiteralString = """
SELECT a.branch_id, a.id AS agent_id, a.code, a.full_name, l.number, l.valid_to, l.valid_to - %(today)s::date AS days,
  coalesce(s.name, b.name) AS office,
  coalesce((SELECT sum(t.credit_minutes) FROM training_taking t WHERE t.branch_id = a.branch_id AND t.trainee_id = a.id
    AND t.completed_on BETWEEN l.valid_from AND %(today)s), 0)
  + coalesce((SELECT sum(n.credit_minutes) FROM training_attendance d
    JOIN training_lesson n ON n.branch_id = d.branch_id AND n.id = d.lesson_id AND n.cancelled_at IS NULL
    WHERE d.branch_id = a.branch_id AND d.trainee_id = a.id AND d.state = 'present'
      AND (n.starts_at AT TIME ZONE b.timezone)::date BETWEEN l.valid_from AND %(today)s), 0) AS credit
FROM agents_agent a
JOIN LATERAL (
  SELECT number, valid_from, valid_to FROM agents_licence l
  WHERE l.branch_id = a.branch_id AND l.agent_id = a.id AND l.state = 'valid' ORDER BY l.valid_to DESC LIMIT 1
) l ON l.valid_to <= %(until)s
JOIN offices_office b ON b.id = a.branch_id LEFT JOIN offices_office s ON s.id = a.sub_branch_id
WHERE a.state IN ('active', 'suspended') AND """
# Licences in force whose examination was annulled.
_DOUBTFUL: LiteralString = """
SELECT a.branch_id, a.id AS agent_id, a.code, a.full_name, l.number, n.annulled_at
FROM exams_annulment n
JOIN agents_licence l ON l.branch_id = n.branch_id AND l.attempt_id = n.attempt_id AND l.state = 'valid' AND l.valid_to >= %(today)s
JOIN agents_agent a ON a.branch_id = l.branch_id AND a.id = l.agent_id
WHERE """


@audience(Role.AGENCY, *STAFF, *ABOVE)
@require_GET
def licences(request: PageRequest) -> HttpResponse:
    from perisai.agents.queries import narrow

    today = branch_day(request.work.now, request.viewer.office.timezone)
    sql, values = narrow(request.viewer)
    sql = _named(sql)
    params = {
        "today": today,
        "until": today + timedelta(days=figure("renewal_days", today)),
        **{f"v{at}": value for at, value in enumerate(values)},
    }
    rows = request.work.dicts(_ENDING + sql + " ORDER BY l.valid_to, a.code LIMIT 500", params)
    doubtful = request.work.dicts(_DOUBTFUL + sql + " ORDER BY n.annulled_at, l.id LIMIT 500", params)
    context = {"rows": rows, "doubtful": doubtful, "needed": figure("renewal_credit_minutes", today)}
    return render(request, "agents/expiring.html", context)


@audience(*STAFF, *ABOVE)
@require_GET
def coverage_start(request: PageRequest) -> HttpResponse:
    """The only branch there is to see, or a choice of branches."""
    branches = request.viewer.branches
    if branches is not None and len(branches) == 1:
        return _coverage(request, branches[0])
    found = Office.objects.filter(kind=OfficeKind.BRANCH).order_by("name")
    if branches is not None:
        found = found.filter(id__in=branches)
    return render(request, "agents/coverage.html", {"branches": list(found[:MOST])})


@audience(*STAFF, *ABOVE)
@require_GET
def coverage_branch(request: PageRequest, branch_id: int) -> HttpResponse:
    return _coverage(request, branch_id)


def _coverage(request: PageRequest, branch_id: int) -> HttpResponse:
    office = Office.objects.filter(id=branch_id, kind=OfficeKind.BRANCH).first()
    if office is None or not request.viewer.sees_branch(branch_id):
        raise Refused("E1004")
    today = branch_day(request.work.now, office.timezone)
    offices = coverage.of_branch(request.work, branch_id=branch_id, today=today)
    context = {
        "branch": office,
        "month": today.replace(day=1),
        "offices": offices,
        "empty_districts": sum(one.empty for one in offices),
        "all_districts": sum(len(one.tiles) for one in offices),
    }
    return render(request, "agents/coverage.html", context)


def _named(sql: LiteralString) -> LiteralString:
    """The viewer's condition with names for its places, as its statement has them."""
    parts = sql.split("%s")
    named: LiteralString = parts[0]
    for place, part in zip(_PLACES, parts[1:], strict=False):
        named += place + part
    return named


_PLACES: tuple[LiteralString, ...] = ("%(v0)s", "%(v1)s", "%(v2)s")

"""The list of who is missing what, for the people of a branch."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from perisai.accounts.audience import STAFF, PageRequest, audience
from perisai.given import find_id
from perisai.training import labels, lacking, queries


@audience(*STAFF)
@require_GET
def missing(request: PageRequest) -> HttpResponse:
    """People and the courses they have not done; ``who`` and ``course`` narrow it."""
    work, viewer, given = request.work, request.viewer, request.GET
    who, course = given.get("who", ""), given.get("course", "")
    rows = lacking.people(work, viewer=viewer, now=work.now, group=who, course=course if find_id(course) else None)
    context = {
        "rows": rows[: lacking.MOST],
        "is_cut": len(rows) > lacking.MOST,
        "late": sum(row["is_late"] for row in rows[: lacking.MOST]),
        "groups": labels.GROUPS,
        "roles": labels.ROLES,
        "courses": queries.offered(work, branch_id=viewer.own_branch_id),
        "who": who,
        "course": course,
    }
    return render(request, "training/missing.html", context)

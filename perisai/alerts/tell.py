"""Writes to the people whom new alerts concern: one e-mail each, within the branch's decent hours, without anybody's name in it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, LiteralString

from django.conf import settings

from perisai.alerts import words
from perisai.alerts.keep import Raised
from perisai.alerts.rules import watched
from perisai.alerts.setting import Set
from perisai.events.work import Work
from perisai.messages import outbox

GOOD_FOR: Final = timedelta(days=2)
SHOWN: Final = 10
"""Lines in one e-mail; the rest is counted."""
URGENCY: Final = {"stop": 1, "needs": 2}

# People of the branch and above it with an address; carried by the primary keys of a line of offices.
_PEOPLE: LiteralString = """
SELECT u.id, u.email, u.language, u.role, u.office_id FROM accounts_user u
WHERE u.is_active AND u.email <> '' AND u.office_id IN (
  SELECT id FROM offices_office WHERE branch_id = %(branch)s
  UNION SELECT unnest(path) FROM offices_office WHERE id = %(branch)s)
"""
_AGENTS: LiteralString = """
SELECT id::text, code, sub_branch_id, agency_office_id FROM agents_agent WHERE branch_id = %s AND id = ANY(%s::uuid[])
"""
_INTRO: Final = {
    "id": "Perisai, {branch}: {count} hal perlu diketahui.",
    "en": "Perisai, {branch}: {count} things to know.",
}
_MORE: Final = {"id": "dan {count} lagi", "en": "and {count} more"}


def tell(work: Work, *, branch_id: int, branch: str, raised: Sequence[Raised], sets: Mapping[str, Set]) -> int:
    """Queues the e-mails; how many. Three statements where there is something to tell, else none."""
    if not raised:
        return 0
    agents = {
        row[0]: row[1:] for row in work.rows(_AGENTS, [branch_id, [a["key"] for a in raised if a["level"] == "a"]])
    }
    mine: defaultdict[tuple[str, str], list[Raised]] = defaultdict(list)
    for _user, email, language, role, office_id in work.rows(_PEOPLE, {"branch": branch_id}):
        for one in raised:
            if role in watched()[one["kind"]].tell and _concerns(one, role, office_id, agents):
                mine[email, language].append(one)
    texts = [
        outbox.Text(
            purpose="alert",
            phone="",
            email=email,
            body=_body(branch, alerts, sets, language, {key: row[0] for key, row in agents.items()}),
            good_until=work.now + GOOD_FOR,
            urgency=min(URGENCY[one["tone"]] for one in alerts),
        )
        for (email, language), alerts in sorted(mine.items())
    ]
    outbox.queue_many(work, branch_id=branch_id, agent_id=None, texts=texts)
    return len(texts)


def _concerns(one: Raised, role: str, office_id: int, agents: Mapping[str, tuple[str, int | None, int | None]]) -> bool:
    """Sub-branches and agency offices are told of their own agents."""
    if role not in ("sub_branch", "agency"):
        return True
    if one["level"] != "a" or one["key"] not in agents:
        return False
    _code, sub_branch, agency = agents[one["key"]]
    return office_id == (sub_branch if role == "sub_branch" else agency)


def _body(
    branch: str, alerts: Sequence[Raised], sets: Mapping[str, Set], language: str, codes: Mapping[str, str]
) -> str:
    language = "en" if language == "en" else "id"
    lines = [_INTRO[language].format(branch=branch, count=len(alerts))]
    for one in alerts[:SHOWN]:
        said = words.text(one["kind"], one["facts"], sets[one["kind"]].figures, language, bank=one["key"])
        about = f" ({codes[one['key']]})" if one["key"] in codes else ""
        lines.append(f"- {words.title(one['kind'], language)}{about}: {said}")
    if len(alerts) > SHOWN:
        lines.append(_MORE[language].format(count=len(alerts) - SHOWN))
    lines.append(f"{settings.ORIGIN}/console/alerts/")
    return "\n".join(lines)

"""Writes to people about new alerts, and about those raised to them: one message a person and branch, in their language and by the
way they chose, within the branch's decent hours, without anybody's name in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString

from django.conf import settings

from perisai import written
from perisai.alerts import way, words
from perisai.alerts.keep import Raised
from perisai.alerts.passing import Passed
from perisai.alerts.rules import watched
from perisai.alerts.setting import Set
from perisai.alerts.way import Addressee
from perisai.events.work import Work
from perisai.messages import hours, outbox
from perisai.offices.calendar import Calendar

GOOD_FOR: Final = timedelta(days=2)
SHOWN: Final = 10
"""Lines in one e-mail; the rest is counted."""
SHORT: Final = 3
"""Titles in one text to a phone."""
URGENCY: Final = {"stop": 1, "needs": 2}

_AGENTS: LiteralString = """
SELECT id::text, code, sub_branch_id, agency_office_id FROM agents_agent WHERE branch_id = %s AND id = ANY(%s::uuid[])
"""
_INTRO: Final = {
    "id": "Perisai, {branch}: {count} hal perlu diketahui.",
    "en": "Perisai, {branch}: {count} things to know.",
}
_PASSED: Final = {
    "id": "Diteruskan kepada Anda, belum ditangani siapa pun:",
    "en": "Raised to you, for nobody has taken note of it:",
}
_WAITED: Final = {
    "id": "sejak {day}, lebih dari {hours} jam kerja",
    "en": "since {day}, for more than {hours} working hours",
}
_MORE: Final = {"id": "dan {count} lagi", "en": "and {count} more"}
_CONFIRM: Final = {
    "id": "Nomor HP Anda {phone} belum dikonfirmasi, jadi belum ada yang dikirim ke sana. Konfirmasi: {address}",
    "en": "Your phone number {phone} is not confirmed, so nothing goes there yet. To confirm it: {address}",
}
_UNANSWERED: Final = {"id": "belum ditangani", "en": "unanswered"}


@dataclass(frozen=True)
class Notice:
    """One alert for one person; ``hours``: working hours that nobody answered, 0 for a new one."""

    alert: Raised
    hours: int = 0


def tell(
    work: Work,
    *,
    branch_id: int,
    branch: str,
    raised: Sequence[Raised],
    sets: Mapping[str, Set],
    own: Calendar,
    passed: Sequence[Passed] = (),
) -> int:
    """Queues the messages; how many. A fixed number of statements where there is something to tell, else none. What is queued
    before a Sunday and a holiday is as good when they are over."""
    if not raised and not passed:
        return 0
    alerts = [*raised, *(one.alert for one in passed)]
    keys = [one["key"] for one in alerts if one["level"] == "a"]
    agents = {row[0]: row[1:] for row in work.rows(_AGENTS, [branch_id, keys])}
    codes = {key: row[0] for key, row in agents.items()}
    good_until = hours.good_until(work.now, GOOD_FOR, own)
    texts = [
        _text(good_until, to, notices, branch, sets, codes)
        for to in way.people(work, branch_id=branch_id)
        if (notices := list(_for(to, raised, passed, agents)))
    ]
    outbox.queue_many(work, branch_id=branch_id, agent_id=None, texts=texts)
    return len(texts)


def _for(
    to: Addressee, raised: Sequence[Raised], passed: Sequence[Passed], agents: Mapping[str, tuple[Any, ...]]
) -> Iterator[Notice]:
    """What was raised to them comes first, then the worst."""
    for step in passed:
        if to.role == step.to:
            yield Notice(step.alert, step.hours)
    for one in sorted(raised, key=lambda alert: URGENCY[alert["tone"]]):
        if to.role in watched()[one["kind"]].tell and _concerns(one, to, agents):
            yield Notice(one)


def _concerns(one: Raised, to: Addressee, agents: Mapping[str, tuple[Any, ...]]) -> bool:
    """Sub-branches and agency offices are told of their own agents."""
    if to.role not in ("sub_branch", "agency"):
        return True
    if one["level"] != "a" or one["key"] not in agents:
        return False
    _code, sub_branch, agency = agents[one["key"]]
    return bool(to.office_id == (sub_branch if to.role == "sub_branch" else agency))


def _text(
    good_until: datetime,
    to: Addressee,
    notices: Sequence[Notice],
    branch: str,
    sets: Mapping[str, Set],
    codes: Mapping[str, str],
) -> outbox.Text:
    """To a phone it is short, and goes by e-mail where the branch's ways or budget take it nowhere else."""
    language = "en" if to.language == "en" else "id"
    make = _short if to.phone else _long
    body = make(branch, notices, sets, language, codes)
    if to.unconfirmed:
        address = f"{settings.ORIGIN}/console/alerts/mine/"
        body += "\n\n" + _CONFIRM[language].format(phone=to.unconfirmed, address=address)
    return outbox.Text(
        purpose=f"alert_{to.way}" if to.phone else "alert",
        phone=to.phone,
        email=to.email,
        body=body,
        good_until=good_until,
        urgency=min(URGENCY[one.alert["tone"]] for one in notices),
    )


def _short(
    branch: str, notices: Sequence[Notice], sets: Mapping[str, Set], language: str, codes: Mapping[str, str]
) -> str:
    del sets
    said = [_title(one, language, codes) for one in notices[:SHORT]]
    if len(notices) > SHORT:
        said.append(_MORE[language].format(count=len(notices) - SHORT))
    return f"Perisai {branch}: {'; '.join(said)}. {settings.ORIGIN}/console/alerts/"


def _title(one: Notice, language: str, codes: Mapping[str, str]) -> str:
    about = codes.get(one.alert["key"], "")
    notes = [note for note in (about, _UNANSWERED[language] if one.hours else "") if note]
    return words.title(one.alert["kind"], language) + (f" ({', '.join(notes)})" if notes else "")


def _long(
    branch: str, notices: Sequence[Notice], sets: Mapping[str, Set], language: str, codes: Mapping[str, str]
) -> str:
    lines = [_INTRO[language].format(branch=branch, count=len(notices))]
    shown = notices[:SHOWN]
    passed = [one for one in shown if one.hours]
    if passed:
        lines += ["", _PASSED[language], *(_line(one, sets, language, codes) for one in passed), ""]
    lines += [_line(one, sets, language, codes) for one in shown if not one.hours]
    if len(notices) > SHOWN:
        lines.append(_MORE[language].format(count=len(notices) - SHOWN))
    lines.append(f"{settings.ORIGIN}/console/alerts/")
    return "\n".join(lines)


def _line(one: Notice, sets: Mapping[str, Set], language: str, codes: Mapping[str, str]) -> str:
    alert = one.alert
    said = words.text(alert["kind"], alert["facts"], sets[alert["kind"]].figures, language, bank=alert["key"])
    about = f" ({codes[alert['key']]})" if alert["key"] in codes else ""
    line = f"- {words.title(alert['kind'], language)}{about}: {said}"
    if not one.hours:
        return line
    day = written.day(alert["raised_at"].date(), language)
    return f"{line} ({_WAITED[language].format(day=day, hours=one.hours)})"

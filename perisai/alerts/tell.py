"""Writes to people about new alerts, and about those raised to them: one message a person and branch, in their language and by the
way they chose, without anybody's name in it. What is found outside the branch's decent hours waits, marked ``is_untold``, and the
first look within them writes of all of it at once; the mark goes with the Work that queues the messages, so that nothing is lost or
told twice, whatever dies in between."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from zoneinfo import ZoneInfo

import orjson
from django.conf import settings

from perisai import written
from perisai.alerts import way, words
from perisai.alerts.keep import Raised
from perisai.alerts.rules import watched
from perisai.alerts.setting import Set
from perisai.alerts.way import Addressee
from perisai.events.work import Work
from perisai.messages import channel, hours, outbox
from perisai.offices.calendar import Calendar

GOOD_FOR: Final = timedelta(days=2)
SHOWN: Final = 10
"""Lines in one e-mail; the rest is counted."""
SHORT: Final = 3
"""Titles in one text to a phone."""
URGENCY: Final = {"stop": 1, "needs": 2}

# By alert_untold and step_untold: few rows of many.
_WAITS: LiteralString = """
SELECT EXISTS (SELECT FROM alerts_alert WHERE branch_id = %(branch)s AND is_untold)
  OR EXISTS (SELECT FROM alerts_step WHERE branch_id = %(branch)s AND is_untold)
"""
# Whoever looks at the same time finds the marks gone. A step that was answered meanwhile, or is over, is nobody's any more.
_TAKE: LiteralString = """
WITH fresh AS (UPDATE alerts_alert SET is_untold = false WHERE branch_id = %(branch)s AND is_untold RETURNING id),
  step AS (UPDATE alerts_step SET is_untold = false WHERE branch_id = %(branch)s AND is_untold RETURNING alert_id, role)
SELECT x.id, x.kind, x.level, x.key, x.tone, x.facts, x.raised_at, x.closed_at IS NOT NULL AS is_over,
  x.seen_at IS NOT NULL AS is_seen, x.id IN (SELECT id FROM fresh) AS is_fresh,
  CASE WHEN x.closed_at IS NULL AND x.seen_at IS NULL THEN ARRAY(SELECT role FROM step WHERE alert_id = x.id) ELSE '{}' END AS steps
FROM alerts_alert x
WHERE x.branch_id = %(branch)s AND x.id IN (SELECT id FROM fresh UNION ALL SELECT alert_id FROM step)
ORDER BY x.raised_at, x.id
"""
_DROP: LiteralString = """
WITH step AS (UPDATE alerts_step SET is_untold = false WHERE branch_id = %(branch)s AND is_untold)
UPDATE alerts_alert SET is_untold = false WHERE branch_id = %(branch)s AND is_untold
"""
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
_OVER: Final = {"id": "sudah berlalu", "en": "over by now"}
_SEEN: Final = {"id": "sudah ditangani", "en": "taken note of"}


@dataclass(frozen=True)
class Notice:
    """One alert for one person; ``hours``: working hours that nobody answered, 0 for a new one."""

    alert: Raised
    hours: int = 0


def tell(work: Work, *, branch_id: int, branch: str, sets: Mapping[str, Set], own: Calendar) -> int:
    """Queues a message about all that waits to be told, where people may be written to now; how many. A fixed number of statements
    where there is something to tell, else one. What is queued before a Sunday and a holiday is as good when they are over."""
    (waits,) = work.row(_WAITS, {"branch": branch_id}) or (False,)
    if not waits:
        return 0
    if hours.next_allowed(work.now, channel.policy(work, branch_id=branch_id).hours, own) != work.now:
        return 0
    untold = [_read(row, own) for row in work.dicts(_TAKE, {"branch": branch_id}) if row["kind"] in watched()]
    keys = [one["key"] for one in untold if one["level"] == "a"]
    agents = {row[0]: row[1:] for row in work.rows(_AGENTS, [branch_id, keys])}
    codes = {key: row[0] for key, row in agents.items()}
    good_until = hours.good_until(work.now, GOOD_FOR, own)
    texts = [
        _text(good_until, to, notices, branch, sets, codes)
        for to in way.people(work, branch_id=branch_id)
        if (notices := list(_for(to, untold, agents)))
    ]
    outbox.queue_many(work, branch_id=branch_id, agent_id=None, texts=texts)
    return len(texts)


def drop(work: Work, *, branch_id: int) -> None:
    """Of a branch that was closed: nobody is written to about what still waited."""
    work.execute(_DROP, {"branch": branch_id})


def _read(row: dict[str, Any], own: Calendar) -> Raised:
    """With ``raised_at`` by the branch's clock."""
    facts = orjson.loads(row["facts"]) if isinstance(row["facts"], str | bytes) else row["facts"]
    return Raised(row | {"facts": facts, "raised_at": row["raised_at"].astimezone(ZoneInfo(own.timezone))})


def _for(to: Addressee, untold: Sequence[Raised], agents: Mapping[str, tuple[Any, ...]]) -> Iterator[Notice]:
    """What was raised to them comes first, then the worst."""
    worst_first = sorted(untold, key=lambda alert: URGENCY[alert["tone"]])
    for one in worst_first:
        unanswered = watched()[one["kind"]].unanswered
        if to.role in one["steps"] and unanswered is not None:
            yield Notice(one, unanswered.hours)
    for one in worst_first:
        if one["is_fresh"] and to.role in watched()[one["kind"]].tell and _concerns(one, to, agents):
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
    notes = [note for note in (about, _UNANSWERED[language] if one.hours else _since(one, language)) if note]
    return words.title(one.alert["kind"], language) + (f" ({', '.join(notes)})" if notes else "")


def _since(one: Notice, language: str) -> str:
    """What has become of it while it waited to be told."""
    return _OVER[language] if one.alert["is_over"] else _SEEN[language] if one.alert["is_seen"] else ""


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
        since = _since(one, language)
        return f"{line} ({since})" if since else line
    day = written.day(alert["raised_at"].date(), language)
    return f"{line} ({_WAITED[language].format(day=day, hours=one.hours)})"

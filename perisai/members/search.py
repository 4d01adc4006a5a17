"""Finds members for the list and the export, within what the viewer may see, by keyset.

The filters are those of the address, so that a number on the live page leads to its records.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, LiteralString
from uuid import UUID

from perisai.accounts.audience import Viewer
from perisai.contributions.bills.owed import owed
from perisai.contributions.cover.cover import Bounds, bounds
from perisai.events.kinds import kinds
from perisai.events.vault import keyed_hash
from perisai.events.work import Work, branch_day
from perisai.figures import kept
from perisai.figures.definition import figures
from perisai.members.models import EnrolmentState
from perisai.offices.part import Part as Place

PAGE = 50
CHUNK = 1000

# Each branch gives its newest through the key (branch_id, id), which follows time; so a page costs the same at any size.
_HEAD: LiteralString = """
SELECT m.* FROM unnest(coalesce(%s::int[], ARRAY(SELECT id FROM offices_office WHERE kind = 'branch'))) AS b (id)
{listed}
CROSS JOIN LATERAL (
  SELECT {share} AS share, {stood},
    e.branch_id, e.id, e.segment, e.region_code, e.captured_on, e.received_at, e.programmes, e.months, e.base_income,
    e.payment_code, e.first_month, e.cover_from, e.kpj, e.core_state, e.core_is_demo, e.photo_due_on, p.name, p.nik_masked,
    p.birth_date, p.birth_known, p.sex, p.phone, p.phone_owner, p.phone_whose
  FROM members_enrolment e JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
  {behind}
  WHERE e.branch_id = b.id AND """
_STANDS: LiteralString = "e.state, e.paid_through, e.agent_id, e.sub_branch_id, e.agency_office_id"
_TODAY: LiteralString = "NULL::date AS stood_on, "
_KEPT: tuple[LiteralString, ...] = ("state", "paid_through", "agent_id", "sub_branch_id", "agency_office_id")
"""Of these the past is kept."""
_TAIL: LiteralString = """
  ORDER BY e.id DESC LIMIT %s
) m ORDER BY m.id DESC, m.branch_id LIMIT %s
"""

# Carried by event_subject (branch_id, subject_id); what was captured on a day was received on it or after.
# What was taken back since is not behind the figure any more; what was taken from it stands there with its minus, so that the
# shares add up to the figure. Behind a figure of an agent or an office stands what was done there, whoever has the care of the
# member now.
_BEHIND: LiteralString = """CROSS JOIN LATERAL (
  SELECT coalesce(sum(v.quantity * k.quantity + v.amount * k.amount), 0)::bigint AS share
  FROM unnest(%s::text[], %s::int[], %s::int[]) AS k (kind, quantity, amount)
  JOIN events_event v ON v.branch_id = e.branch_id AND v.subject_id = e.id AND v.kind = k.kind
  WHERE v.received_at >= %s AND v.day_captured BETWEEN %s AND %s AND (%s::date IS NULL OR v.day_received <= %s) AND {part}) h"""


def _office(text: str) -> int:
    """The id of an office, four bytes. Raises ``ValueError``."""
    number = int(text)
    if not 0 <= number < 2**31:
        raise ValueError(text)
    return number


_LEVELS: dict[str, tuple[LiteralString, Callable[[str], Any]]] = {
    "b": ("e.branch_id = %s", _office),
    "s": ("e.sub_branch_id = %s", _office),
    "o": ("e.agency_office_id = %s", _office),
    "a": ("e.agent_id = %s", UUID),
    "w": ("e.branch_id IN (SELECT id FROM offices_office WHERE kind = 'branch' AND path @> ARRAY[%s::int])", _office),
}
_DONE: dict[str, tuple[LiteralString, Callable[[str], Any]]] = {
    "s": ("v.sub_branch_id = %s", _office),
    "o": ("v.agency_office_id = %s", _office),
    "a": ("v.agent_id = %s", UUID),
}
# The branch of an office or agent: what was done there has its members in it, wherever they are cared for now.
_OF_OFFICE: LiteralString = "e.branch_id = (SELECT branch_id FROM offices_office WHERE id = %s)"
_IN_BRANCH: dict[str, LiteralString] = {
    "s": _OF_OFFICE,
    "o": _OF_OFFICE,
    "a": "e.branch_id IN (SELECT branch_id FROM agents_agent WHERE id = %s)",
}
_LETTERS = {"branch": "b", "sub_branch": "s", "agency_office": "o", "agent": "a", "region": "w", "regency": "r"}
"""The live page's words for the same levels."""
_LONG_AGO, _FAR_OFF = date(2000, 1, 1), date(2999, 12, 31)


# Carried by enrolment_photo_due.
_PHOTOS: dict[str, LiteralString] = {
    "due": "e.photo_due_on IS NOT NULL AND e.state IN ('review', 'accepted', 'active', 'lapsed')",
    "overdue": "e.photo_due_on < (now() AT TIME ZONE 'Asia/Jakarta')::date"
    " AND e.state IN ('review', 'accepted', 'active', 'lapsed')",
}

_COVER: dict[str, LiteralString] = {
    "paid": "(e.state = 'active' AND e.segment = %s AND e.paid_through >= %s)",
    "unpaid": "(e.state = 'active' AND e.segment = %s AND e.paid_through < %s AND e.paid_through >= %s)",
    "lapsed": "(e.segment = %s AND (e.state IN ('lapsed', 'ended') OR (e.state = 'active' AND e.paid_through < %s)))",
}
# Carried by bill_enrolment.
_OWING: LiteralString = (
    "(SELECT sum(o.amount)::bigint FROM contributions_bill o WHERE o.branch_id = e.branch_id AND o.enrolment_id = e.id AND "
    + owed("o", "%s")
    + ")"
)
_ARREARS: LiteralString = (
    "e.state = 'active' AND e.paid_through IS NOT NULL AND EXISTS (SELECT FROM contributions_bill o"
    " WHERE o.branch_id = e.branch_id AND o.enrolment_id = e.id AND " + owed("o", "%s") + ")"
)

# Carried by consent_due_open, in the order of the list.
_CONSENT: LiteralString = """EXISTS (SELECT 1 FROM members_consent_due w
  WHERE w.branch_id = e.branch_id AND w.enrolment_id = e.id AND w.collected_at IS NULL)"""

# Numbers by their national registries, each by its primary key; a NIK by person_nik and enrolment_person.
_NUMBER: LiteralString = """e.id = ANY (ARRAY(
  SELECT enrolment_id FROM payments_payment_code WHERE code = %s UNION ALL SELECT enrolment_id FROM members_kpj WHERE kpj = %s))"""
_NIK: LiteralString = """(e.person_id = ANY (ARRAY(
  SELECT n.id FROM members_person n WHERE n.branch_id = b.id AND n.nik_hash = %s)) OR """


@dataclass(frozen=True)
class Filters:
    """What the address asks for. ``key`` belongs to ``level``, a letter of ``counters.LEVELS`` (``w``: region office)."""

    q: str = ""
    state: str = ""
    level: str = ""
    key: str = ""
    metric: str = ""
    day_from: date | None = None
    day_to: date | None = None
    agent: UUID | None = None
    sub_branch: int | None = None
    branch: int | None = None
    regency: str = ""
    district: str = ""
    """Code of a kecamatan, beside ``level`` and ``key``: a place of the map within the scope that was looked at."""
    known: date | None = None
    """With ``metric``: only what had been received by the end of that day, as a screen of the past counts it."""
    consent: str = ""
    """``due``: taken over from before, and the consent is not collected yet."""
    photo: str = ""
    """``due``: the picture of the ID card is awaited; ``overdue``: its day has passed."""
    cover: str = ""
    """``paid``, ``unpaid`` (can catch up) or ``lapsed``, as ``cover.py`` says it today; ``arrears``: an unpaid bill of a month
    before this one."""
    as_of: date | None = None
    """A past day: what each member stood at on it, and with whom. Not with ``metric``, whose days are its own."""

    @classmethod
    def of(cls, params: Mapping[str, str], today: date | None = None) -> "Filters":
        """Reads an address. What cannot be read is left out: an old bookmark still opens. ``today``: the day before which days of
        the past lie; without it none is read."""
        as_of = kept.asked_day(params.get("as_of"), today) if today else None
        return cls(
            q=params.get("q", "").strip()[:100],
            state=params.get("state", "") if params.get("state", "") in EnrolmentState else "",
            level=_level(params.get("level", "")),
            key=params.get("key", "")[:40],
            metric=params.get("metric", "") if params.get("metric", "") in metrics() else "",
            day_from=_read(date.fromisoformat, params.get("day_from")),
            day_to=_read(date.fromisoformat, params.get("day_to")),
            agent=_read(UUID, params.get("agent")),
            sub_branch=_read(_office, params.get("sub_branch")),
            branch=_read(_office, params.get("branch")),
            regency=params.get("regency", "")[:5],
            district=params.get("district", "")[:8],
            known=_read(date.fromisoformat, params.get("known") or params.get("received_to")),
            consent="due" if params.get("consent") == "due" else "",
            photo=params.get("photo", "") if params.get("photo", "") in _PHOTOS else "",
            cover=params.get("cover", "") if params.get("cover", "") in (*_COVER, "arrears") else "",
            as_of=as_of if params.get("metric", "") not in metrics() else None,
        )

    @property
    def within(self) -> Place:
        """The part of the country that ``level`` and ``key`` name; everywhere for a regency, which several branches may serve."""
        words = {letter: word for word, letter in _LETTERS.items() if letter != "r"}
        return Place.of({"level": words.get(self.level, ""), "key": self.key}) if self.key else Place()

    @property
    def is_arrears(self) -> bool:
        """What each member owes is told beside them."""
        return self.cover == "arrears" and not self.metric

    @property
    def is_nik(self) -> bool:
        return len(self.digits) == 16 and self.digits.isdigit()

    @property
    def digits(self) -> str:
        """The number as people group it, without what stands between."""
        return "".join(self.q.split()).replace("-", "")


@dataclass(frozen=True)
class Cursor:
    """The last row of a page; the next begins after it."""

    id: UUID
    branch_id: int

    @classmethod
    def of(cls, text: str) -> "Cursor | None":
        head, _, tail = text.partition("_")
        key, branch_id = _read(UUID, head), _read(_office, tail)
        return cls(key, branch_id) if key is not None and branch_id is not None else None

    def __str__(self) -> str:
        return f"{self.id}_{self.branch_id}"


def _level(text: str) -> str:
    letter = _LETTERS.get(text, text)
    return letter if letter in (*_LEVELS, "r") else ""


def _read(kind: Any, text: str | None) -> Any:
    try:
        return kind(text) if text else None
    except ValueError:
        return None


Part = tuple[LiteralString, list[Any]]
"""Of a statement, with its parameters."""
Weights = dict[str, tuple[int, int]]
"""Kind of event -> what of its quantity and of its amount counts: 1, 0 or -1."""
_WEIGHTS: Mapping[str, tuple[int, int]] = {"quantity": (1, 0), "-quantity": (-1, 0), "amount": (0, 1)}


@cache
def metrics() -> dict[str, Weights]:
    """Metric, or figure that is made of metrics -> what kinds of event add to it or take from it."""
    found: dict[str, Weights] = {}
    for kind in kinds().values():
        for metric, column in kind.metrics:
            found.setdefault(metric, {})[kind.name] = _WEIGHTS[column]
    for name, figure in figures().items():
        if figure.source.counter is not None:
            found[name] = _added_up([(sign, found[metric]) for metric, sign in figure.source.counter.items()])
    return found


def _added_up(parts: Iterable[tuple[int, Weights]]) -> Weights:
    sums: Weights = {}
    for sign, weights in parts:
        for kind, (quantity, amount) in weights.items():
            known = sums.get(kind, (0, 0))
            sums[kind] = known[0] + sign * quantity, known[1] + sign * amount
    return {kind: one for kind, one in sums.items() if one != (0, 0)}


def find(
    work: Work, *, viewer: Viewer, filters: Filters, after: Cursor | None = None, limit: int = PAGE
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """A page of members, newest first, and the cursor of the next one where there is more. One statement."""
    today = branch_day(work.now, viewer.office.timezone)
    conditions, params = _conditions(viewer, filters, today)
    head, shown = _head(filters, today)
    if after is not None:
        conditions.append("(e.id < %s OR (e.id = %s AND e.branch_id > %s))")
        params += [after.id, after.id, after.branch_id]
    sql = head + " AND ".join(conditions) + _TAIL
    branches = [filters.branch] if filters.branch is not None else viewer.branches and list(viewer.branches)
    rows = work.dicts(sql, [branches, *shown, *params, limit + 1, limit + 1])
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], Cursor(last["id"], last["branch_id"])


def each(work: Work, *, viewer: Viewer, filters: Filters) -> Iterator[dict[str, Any]]:
    """Every member the filters find, in pages, for an export."""
    after: Cursor | None = None
    while True:
        rows, after = find(work, viewer=viewer, filters=filters, after=after, limit=CHUNK)
        yield from rows
        if after is None:
            return


def _head(filters: Filters, today: date) -> Part:
    """What is shown of each, and where it is read from, with the parameters in their order."""
    if filters.as_of is not None:
        share: LiteralString = "s.owed" if filters.is_arrears else "NULL::bigint"
        stood: LiteralString = "t.day AS stood_on, " + _then(_STANDS)
        return _filled(kept.LISTED, share, stood, kept.STOOD), [filters.as_of]
    behind, params = _behind(filters)
    if filters.is_arrears:
        return _filled("", _OWING, _TODAY + _STANDS, ""), [today]
    return _filled("", "h.share" if filters.metric else "NULL::bigint", _TODAY + _STANDS, behind), params


def _filled(listed: LiteralString, share: LiteralString, stood: LiteralString, behind: LiteralString) -> LiteralString:
    head = _HEAD.replace("{listed}", listed).replace("{share}", share)
    return head.replace("{stood}", stood).replace("{behind}", behind)


def _then(sql: LiteralString) -> LiteralString:
    """The same of what an enrolment stood at on the past day."""
    for column in _KEPT:
        sql = sql.replace("e." + column, "s." + column)
    return sql


def _conditions(viewer: Viewer, filters: Filters, today: date) -> tuple[list[LiteralString], list[Any]]:
    sql, params = viewer.narrow("e")
    conditions: list[LiteralString] = [sql]
    for more, values in (*_places(filters), *_words(filters), *_days(filters)):
        conditions.append(_then(more) if filters.as_of else more)
        params = [*params, *values]
    for more, values in _stood(filters) if filters.as_of else _covered(filters, today):
        conditions.append(more)
        params = [*params, *values]
    return conditions, params


def _places(filters: Filters) -> Iterator[Part]:
    if filters.level == "r" and filters.key:
        yield "e.region_code LIKE %s", [f"{_plain(filters.key[:5])}.%"]
    elif filters.level and filters.key:
        condition, kind = _LEVELS[filters.level]
        key = _read(kind, filters.key)
        if key is not None and filters.level in _IN_BRANCH and filters.metric:
            yield _IN_BRANCH[filters.level], [key]
        else:
            yield (condition, [key]) if key is not None else ("FALSE", [])
    if filters.regency:
        yield "e.region_code LIKE %s", [f"{_plain(filters.regency)}.%"]
    if filters.district:
        yield "e.region_code LIKE %s", [f"{_plain(filters.district)}.%"]
    if filters.agent is not None:
        yield "e.agent_id = %s", [filters.agent]
    if filters.sub_branch is not None:
        yield "e.sub_branch_id = %s", [filters.sub_branch]
    if filters.photo:
        yield _PHOTOS[filters.photo], []
    if filters.consent:
        yield _CONSENT, []
    if filters.state:
        yield "e.state = %s", [filters.state]


def _words(filters: Filters) -> Iterator[Part]:
    """A number is a KPJ, a payment code or, with 16 digits, a NIK (found by its keyed hash only); words are of the name."""
    digits = filters.digits
    if digits.isdigit():
        if filters.is_nik:
            yield _NIK + _NUMBER + ")", [keyed_hash("nik", digits), digits, digits]
        else:
            yield _NUMBER, [digits, digits]
        return
    for word in filters.q.lower().split():
        yield "lower(p.name) LIKE %s", [f"%{_plain(word)}%"]


def _days(filters: Filters) -> Iterator[Part]:
    if filters.metric:
        yield "h.share <> 0", []
    elif filters.day_from or filters.day_to:
        yield "e.captured_on BETWEEN %s AND %s", [filters.day_from or _LONG_AGO, filters.day_to or _FAR_OFF]


def _behind(filters: Filters) -> Part:
    """What each member adds to the number of the address."""
    if not filters.metric:
        return "", []
    first, last = filters.day_from or _LONG_AGO, filters.day_to or _FAR_OFF
    weights = metrics()[filters.metric]
    counts = [list(weights), [one[0] for one in weights.values()], [one[1] for one in weights.values()]]
    within, key = _DONE.get(filters.level), None
    if within is not None and filters.key:
        key = _read(within[1], filters.key)
    sql = _BEHIND.replace("{part}", within[0] if within and key is not None else "TRUE")
    since = max(first, _LONG_AGO) - timedelta(days=1)
    return sql, [*counts, since, first, last, filters.known, filters.known, *([key] if key is not None else [])]


def _stood(filters: Filters) -> Iterator[Part]:
    """As of a past day: within the branch of the office or agent, wherever its members are cared for now."""
    yield kept.WORDS[filters.cover], []
    key = _read(_LEVELS[filters.level][1], filters.key) if filters.level in _IN_BRANCH else None
    if key is not None:
        yield _IN_BRANCH[filters.level], [key]


def _covered(filters: Filters, today: date) -> Iterator[Part]:
    if not filters.cover:
        return
    given: dict[str, Callable[[Bounds], list[Any]]] = {
        "paid": lambda of: [of.segment, of.protected_from],
        "unpaid": lambda of: [of.segment, of.protected_from, of.catch_up_from],
        "lapsed": lambda of: [of.segment, of.catch_up_from],
    }
    if filters.cover == "arrears":
        yield _ARREARS, [today]
        return
    found = bounds(today)
    either = " OR ".join(_COVER[filters.cover] for _ in found)
    values = [value for of in found for value in given[filters.cover](of)]
    yield "e.paid_through IS NOT NULL AND (" + either + ")", values


def _plain(text: str) -> str:
    """Text as LIKE takes it literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

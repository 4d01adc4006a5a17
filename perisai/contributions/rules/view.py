"""The rules as a page shows them: what holds on a day, from when, by which source, and what changes next. Pure but for reading the
files in force."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from perisai.contributions.rule_changes.text import path_in_force
from perisai.contributions.rule_changes.tree import Raw, Step, dated, in_force, is_dated, read_tree
from perisai.contributions.rules import words as rule_words
from perisai.contributions.rules.in_force import CHANGEABLE
from perisai.written import rupiah

WIDTH: Final = 1000
HEIGHT: Final = 60


@dataclass(frozen=True)
class Point:
    """What holds from a day on."""

    since: date
    value: str
    reference: str
    is_now: bool = False
    is_coming: bool = False
    difference: str = ""


@dataclass(frozen=True)
class Reading:
    says: str
    reference: str
    is_followed: bool


@dataclass
class Entry:
    """One rule. ``points``: every value in the order of time; ``now`` and ``next`` are of them. ``until``: the last month of a
    relief. ``steps``: the line of the picture, as an SVG path; empty where there is nothing to see."""

    title: str
    now: Point | None
    next: Point | None = None
    points: list[Point] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    why: str = ""
    rows: list[tuple[str, str]] = field(default_factory=list)
    steps: str = ""
    key: str = ""


@dataclass
class Group:
    file: str
    title: str
    entries: list[Entry]


def on_day(day: date, *, language: str, query: str = "") -> list[Group]:
    """All rules that hold on ``day``; those alone that have every word of ``query`` somewhere."""
    words = query.lower().split()
    groups = []
    for file in CHANGEABLE:
        tree = read_tree(path_in_force(file))
        title = str(rule_words.FILES[file])
        entries = [one for one in entries_of(tree, day, language) if _matches(one, title, words)]
        if entries:
            groups.append(Group(file, title, entries))
    return groups


def coming(day: date, *, language: str) -> list[tuple[Group, Entry, Point]]:
    """What changes after ``day``, the soonest first."""
    found = [
        (group, entry, entry.next) for group in on_day(day, language=language) for entry in group.entries if entry.next
    ]
    return sorted(found, key=lambda one: one[2].since)


def entries_of(tree: Raw, day: date, language: str) -> Iterator[Entry]:
    for relief in tree.get("reliefs", ()):
        yield from _reliefs(relief, day, language)
    for figure in dated(tree):
        yield _figure(figure.path, figure.around, figure.values, day, tree, language)
    yield from _static(tree, (), language)


def _figure(path: Step, around: Raw, values: dict[date, Any], day: date, tree: Raw, language: str) -> Entry:
    points = []
    held = in_force(values, day)
    before: Any = None
    for since, item in values.items():
        said = rule_words.value_text(item, _with_unit(path, around, tree), language)
        points.append(
            Point(
                since,
                said,
                rule_words.source(item.get("reference", ""), language),
                item is held,
                since > day,
                _difference(before, item, around),
            )
        )
        before = item
    entry = Entry(
        rule_words.title(path, around, tree, language), next((p for p in points if p.is_now), None), key="-".join(path)
    )
    entry.next = next((p for p in points if p.is_coming), None)
    entry.points = points
    if isinstance(held, dict) and "rows" in held:
        entry.rows = [(rupiah(r["at_least"]), rupiah(r["base"])) for r in held["rows"]]
    if "readings" in around and isinstance(held, dict):
        entry.readings = _readings(around["readings"], held.get("reading", ""), language)
        entry.why = rule_words.source(held.get("why", ""), language)
    entry.steps = _steps([(since, item.get("value")) for since, item in values.items()], day)
    return entry


def _with_unit(path: Step, around: Raw, tree: Raw) -> Raw:
    """A class of JKK has the unit of JKK."""
    if "unit" in around or path[:2] != ("tariff", "jkk"):
        return around
    return {**around, "unit": tree["tariff"]["jkk"]["unit"]}


def _difference(before: Any, item: Any, around: Raw) -> str:
    """``+5,1%`` against the value before, where both are sums."""
    if not isinstance(before, dict) or not str(around.get("unit", "")).startswith("rupiah"):
        return ""
    old, new = before.get("value"), item.get("value")
    if not isinstance(old, int) or not isinstance(new, int) or not old or old == new:
        return ""
    change = (new - old) * 10_000 // old
    return f"{'+' if change > 0 else '−'}{rule_words.percent(abs(change))}"


def _readings(readings: Raw, followed: str, language: str) -> list[Reading]:
    return [
        Reading(str(one["says"][language]), rule_words.source(one["reference"], language), name == followed)
        for name, one in readings.items()
    ]


def _reliefs(relief: Raw, day: date, language: str) -> Iterator[Entry]:
    """One entry for each window: a relief holds for some sectors longer than for others."""
    windows = relief.get("windows") or ({**relief, "sectors": ("",)},)
    text = rule_words.static_text(relief, language)
    month = day.replace(day=1)
    for window in windows:
        first, last = window["first_month"], window["last_month"]
        over = date(last.year + last.month // 12, last.month % 12 + 1, 1)
        held = first <= month <= last
        source = rule_words.source(window["reference"], language)
        points = [
            Point(first, text, source, held, first > month),
            Point(over, rule_words.no_relief(), source, over <= month, over > month),
        ]
        name = f"{relief['name'][language]}: {rule_words.sectors(window['sectors'])}"
        now = points[0] if held else points[1] if over <= month else None
        entry = Entry(name, now, next((p for p in points if p.is_coming), None), points)
        entry.why = "; ".join(str(one["what"][language]) for one in relief["conditions"])
        entry.key = f"{relief['id']}-{'-'.join(window['sectors'])}"
        yield entry


def _static(node: Any, path: Step, language: str) -> Iterator[Entry]:
    """Rules without a day: whatever has a source, and is neither dated, nor a reading, nor of a relief."""
    if not isinstance(node, dict) or is_dated(node):
        return
    if "chosen" in node:
        entry = Entry(
            rule_words.title(path, node, {}, language),
            _always(node, str(node["readings"][node["chosen"]]["reference"]), language),
        )
        entry.readings = _readings(node["readings"], node["chosen"], language)
        entry.why, entry.key = rule_words.source(node["why"], language), "-".join(path)
        yield entry
        return
    if "reference" in node and path:
        yield Entry(
            rule_words.title(path, node, {}, language),
            _always(node, str(node["reference"]), language),
            key="-".join(path),
        )
        return
    for key, child in node.items():
        if key not in ("readings", "reliefs", "values", "followed"):
            yield from _static(child, (*path, str(key)), language)


def _always(node: Raw, reference: str, language: str) -> Point:
    return Point(date.min, rule_words.static_text(node, language), rule_words.source(reference, language), True)


def _matches(entry: Entry, title: str, words: list[str]) -> bool:
    text = " ".join(
        (entry.title, title, entry.why, *(f"{p.value} {p.reference} {p.since}" for p in entry.points),
         entry.now.value if entry.now else "", entry.now.reference if entry.now else "",
         *(f"{r.says} {r.reference}" for r in entry.readings))
    ).lower()  # fmt: skip
    return all(word in text for word in words)


def _steps(values: list[tuple[date, Any]], day: date) -> str:
    """A line of steps over time, for a figure that has changed three times or more."""
    known = [(since, value) for since, value in values if isinstance(value, int) and not isinstance(value, bool)]
    if len(known) < 4 or len({value for _, value in known}) < 3:
        return ""
    first, last = known[0][0], max(known[-1][0], day)
    low, high = min(value for _, value in known), max(value for _, value in known)
    span, rise = max((last - first).days * 21 // 20, 1), max(high - low, 1)

    def place(since: date, value: int) -> tuple[int, int]:
        return (since - first).days * WIDTH // span, HEIGHT - (value - low) * (HEIGHT - 8) // rise - 4

    parts = ["M{} {}".format(*place(*known[0]))]
    for since, value in known[1:]:
        across, height = place(since, value)
        parts.append(f"H{across}V{height}")
    return "".join(parts) + f"H{WIDTH}"

"""What failed and why, out of what pytest wrote: short, for an output of which only the end is kept."""

import re
from collections.abc import Iterator, Sequence

SECTION = re.compile(r"^={3,} (.+?) ={3,}$")
FAILURE = re.compile(r"^_{3,} .+ _{3,}$")
CAPTURED = re.compile(r"^-{3,} Captured .+ -{3,}$")
MOST = 60
"""Lines of one failure."""
LEAST = 12
WIDTH = 220


def find_failures(text: str, lines: int) -> list[str]:
    """At most ``lines``: the names of the failures, then the end of each: of its traceback, and of what the test had written.
    Where pytest named none, as of a part that was killed, the end of the text."""
    sections = dict(_sections(text.splitlines()))
    names = [line for line in sections.get("short test summary info", []) if line.startswith(("FAILED", "ERROR"))]
    failures = [failure for part in ("ERRORS", "FAILURES") for failure in _failures(sections.get(part, []))]
    told = _first(names, max(1, lines // 3))
    room = lines - len(told)
    shown = failures[: max(1, room // LEAST)]
    for failure in shown:
        told += _end(failure, min(MOST, room // len(shown)))
    if not told:
        told = text.splitlines()[-min(MOST, lines) :]
    return [line[:WIDTH] for line in told]


def _sections(lines: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    name, found = "", list[str]()
    for line in lines:
        if heading := SECTION.match(line):
            yield name, found
            name, found = heading[1], []
        else:
            found.append(line)
    yield name, found


def _failures(lines: Sequence[str]) -> list[list[str]]:
    found: list[list[str]] = []
    for line in lines:
        if FAILURE.match(line):
            found.append([])
        if found:
            found[-1].append(line)
    return found


def _first(names: Sequence[str], most: int) -> list[str]:
    return list(names) if len(names) <= most else [*names[: most - 1], f"... and {len(names) - most + 1} more"]


def _end(failure: Sequence[str], most: int) -> list[str]:
    """The heading, the last lines of the traceback, and the last ones of what was captured: a quarter of the room."""
    heading, *rest = failure
    at = next((place for place, line in enumerate(rest) if CAPTURED.match(line)), len(rest))
    captured = rest[at:][-(most // 4) :]
    return [heading, *rest[:at][-(most - 1 - len(captured)) :], *captured]

"""The kinds of event, from ``kinds.yaml``."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

SOURCES = ("quantity", "amount", "-quantity")


@dataclass(frozen=True)
class Kind:
    name: str
    metrics: tuple[tuple[str, str], ...]
    """Pairs (metric, what of the event it adds: ``quantity``, ``amount`` or ``-quantity``)."""
    detail: frozenset[str]
    id: str
    en: str
    is_quiet: bool = False
    """Not told on live screens."""


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by name. Raises ``ValueError`` where a metric adds something else than an event has."""
    rows = yaml.safe_load((Path(__file__).parent / "kinds.yaml").read_text(encoding="utf-8"))
    found = {
        name: Kind(
            name, tuple(row["metrics"].items()), frozenset(row["detail"]), row["id"], row["en"], row.get("quiet", False)
        )
        for name, row in rows.items()
    }
    for kind in found.values():
        if any(column not in SOURCES for _, column in kind.metrics):
            raise ValueError(f"kinds.yaml: {kind.name} adds an unknown column")
    return found


def metric_rows() -> list[tuple[str, str, str]]:
    """(kind, metric, column) for SQL that recounts events."""
    return [(kind.name, metric, column) for kind in kinds().values() for metric, column in kind.metrics]


@cache
def captured_kinds() -> frozenset[str]:
    """Kinds of event that count a captured enrolment."""
    return frozenset(kind.name for kind in kinds().values() if ("captured", "quantity") in kind.metrics)


@cache
def told_kinds() -> frozenset[str]:
    """Kinds of event that live screens tell as they happen."""
    return frozenset(kind.name for kind in kinds().values() if not kind.is_quiet)

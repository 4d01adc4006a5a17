"""The common change: one figure, another value from a day on. Written into the text of the file, so that people see it there."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import yaml

from perisai.contributions.rule_changes.tree import Raw, dated
from perisai.errors import Refused


class Field(NamedTuple):
    """A figure that a form can change: ``key`` names it, ``unit`` says what its value is in."""

    key: str
    around: Raw
    tree: Raw
    path: tuple[str, ...]
    unit: str


def fields(tree: Raw) -> Iterator[Field]:
    """The dated figures whose values are whole numbers."""
    for figure in dated(tree):
        last = figure.values[max(figure.values)]
        if isinstance(last, dict) and isinstance(last.get("value"), int) and not isinstance(last["value"], bool):
            unit = figure.around.get("unit") or "per ten thousand"
            yield Field(".".join(figure.path), figure.around, tree, figure.path, str(unit))


def add_value(text: str, *, key: str, since: date, value: int, reference: str) -> str:
    """The text with one more line for the figure ``key``. Raises ``Refused`` E4203 where the file has no such figure, or has that
    day already."""
    node = _node(yaml.compose(text, Loader=yaml.SafeLoader), [*key.split("."), "values"])
    if not isinstance(node, yaml.MappingNode) or not node.value:
        raise Refused("E4203", reason=key[:80], members={"problems": [key[:80]]})
    if any(day.value == since.isoformat() for day, _ in node.value):
        said = f"{key}: {since.isoformat()}"
        raise Refused("E4203", reason=said, members={"problems": [said]})
    earlier = [pair for pair in node.value if pair[0].value < since.isoformat()] or node.value[-1:]
    first, last = earlier[-1]
    line = f"{since.isoformat()}: {{value: {value}, reference: {json.dumps(reference, ensure_ascii=False)}}}"
    lines = text.splitlines()
    lines.insert(_last_line(last) + 1, " " * first.start_mark.column + line)
    return "\n".join(lines) + "\n"


def _node(node: Any, path: list[str]) -> Any:
    for step in path:
        if not isinstance(node, yaml.MappingNode):
            return None
        node = next((child for key, child in node.value if key.value == step), None)
    return node


def _last_line(node: Any) -> int:
    """The line of the last word in a node; a block's own end is the beginning of what follows."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _last_line(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _last_line(node.value[-1])
    return int(node.end_mark.line)

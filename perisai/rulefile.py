"""Reads one YAML rule file and checks its shape; a wrong file is told by name, line and reason."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

Shape = TypeVar("Shape")


class RulesError(Exception):
    """A rule file that cannot be used: ``file:line: reason``, one reason a line."""


def read_file(path: Path, shape: type[Shape]) -> Shape:
    """The content of ``path`` as ``shape``; raises RulesError where it is missing, no YAML or of another shape."""
    root = _compose(path)
    try:
        return TypeAdapter(shape).validate_python(_plain(path, root))
    except ValidationError as wrong:
        raise RulesError("\n".join(_reason(path, root, error) for error in wrong.errors())) from None


def _reason(path: Path, root: yaml.Node, error: ErrorDetails) -> str:
    steps = [_DAY.sub(_iso, step) if isinstance(step, str) else step for step in error["loc"]]
    return f"{_place(path, root, steps)}: {'.'.join(map(str, steps))}: {error['msg']}"


# Pydantic names a key that is a date by its Python form; people look for the one in the file.
_DAY = re.compile(r"datetime\.date\((\d+), (\d+), (\d+)\)")


def _iso(match: re.Match[str]) -> str:
    year, month, day = map(int, match.groups())
    return f"{year:04d}-{month:02d}-{day:02d}"


def _compose(path: Path) -> yaml.Node:
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=_Loader)
    except OSError as absent:
        raise RulesError(f"{path}:1: cannot be read ({absent.strerror})") from None
    except UnicodeDecodeError:
        raise RulesError(f"{path}:1: is not UTF-8") from None
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        raise RulesError(f"{path}:{mark.line + 1 if mark else 1}: {wrong.problem or wrong.context}") from None
    except yaml.YAMLError as wrong:
        raise RulesError(f"{path}:1: {wrong}") from None
    if node is None:
        raise RulesError(f"{path}:1: the file is empty")
    return node


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_scalars = yaml.SafeLoader("")


def _plain(path: Path, node: yaml.Node) -> Any:
    """The node's value; unlike PyYAML's own construction it refuses a key that is there twice, and makes tuples."""
    if isinstance(node, yaml.MappingNode):
        return _mapping(path, node)
    if isinstance(node, yaml.SequenceNode):
        return tuple(_plain(path, child) for child in node.value)
    try:
        return _scalars.construct_object(node)
    except (yaml.YAMLError, ValueError) as wrong:
        raise RulesError(f"{_at(path, node)}: {wrong}") from None


def _mapping(path: Path, node: yaml.MappingNode) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise RulesError(f"{_at(path, key_node)}: a key must be a plain value")
        key = _plain(path, key_node)
        if key in result:
            raise RulesError(f"{_at(path, key_node)}: {key} is there twice")
        result[key] = _plain(path, value_node)
    return result


def _place(path: Path, root: yaml.Node, loc: Iterable[int | str]) -> str:
    """Where in the file ``loc`` is, as near as the file goes."""
    node = root
    for step in loc:
        found = _child(node, step)
        if found is None:
            break
        node = found
    return _at(path, node)


def _child(node: yaml.Node, step: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        child: yaml.Node = node.value[step]
        return child
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    return None


def _at(path: Path, node: yaml.Node) -> str:
    return f"{path}:{node.start_mark.line + 1}"

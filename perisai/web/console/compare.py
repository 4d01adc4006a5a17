"""Two records side by side: which fields agree. Pure."""

from dataclasses import dataclass
from typing import Any

from perisai.members import labels

FIELDS = ("name", "nik", "birth_date", "birth_place", "sex", "phone", "kk", "region")


@dataclass(frozen=True)
class Side:
    """A record beside the new one; ``score`` is likeness in percent. ``record`` None: it is in another branch, of which only the
    name is told."""

    record: dict[str, Any] | None
    score: int
    branch_name: str


@dataclass(frozen=True)
class Line:
    """One field: the new value and what is to be known of it, and for each side (value, whether it agrees, the same note)."""

    field: str
    value: Any
    note: str
    others: list[tuple[Any, bool, str]]


def lines(new: dict[str, Any], sides: list[Side]) -> list[Line]:
    return [
        Line(
            field,
            _value(new, field),
            _note(new, field),
            [
                (_value(s.record, field), agree(new, s.record, field), _note(s.record, field))
                if s.record
                else (None, False, "")
                for s in sides
            ],
        )
        for field in FIELDS
    ]


def agree(one: dict[str, Any], other: dict[str, Any], field: str) -> bool:
    """Whether both have the field and it is the same, letters and blanks aside."""
    key = {"nik": "nik_hash", "kk": "kk_hash", "region": "region_code"}.get(field, field)
    first, second = _bare(one.get(key)), _bare(other.get(key))
    return bool(first) and first == second


def _value(record: dict[str, Any], field: str) -> Any:
    key = {"nik": "nik_masked", "region": "region_name"}.get(field, field)
    if field == "kk":
        return record.get("kk_hash") is not None
    return record.get(key)


def _note(record: dict[str, Any], field: str) -> str:
    """That a birth date is a stand-in, or whose telephone it is."""
    if field == "birth_date":
        return str(labels.BIRTHS.get(record.get("birth_known", ""), ""))
    if field == "phone" and record.get("phone_owner") in labels.OWNERS:
        return str(record.get("phone_whose") or labels.OWNERS[record["phone_owner"]])
    return ""


def _bare(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.casefold().split())
    return bytes(value) if isinstance(value, memoryview) else value

"""The one catalogue of errors: numbered, never reused, in both languages, as data in ``errors.yaml``."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Entry:
    code: str
    status: int
    id: str
    en: str
    action_id: str
    action_en: str


_TOLD_TO_PROGRAMS = {"E5409"}
"""Whoever reads these wrote the request: its fields keep their own names."""


class Refused(Exception):
    """A request that cannot be done, for a reason the person can read.

    ``code`` is a key of the catalogue; ``params`` fill the braces of its texts; one that is a dict of both languages gives each
    its own. ``members`` are extension members of the problem (RFC 9457, section 3.2): what a program needs to know beside the
    code.
    """

    def __init__(
        self, code: str, retry_after: int | None = None, members: dict[str, Any] | None = None, **params: object
    ) -> None:
        self.entry = catalogue()[code]
        self.params = params
        self.retry_after = retry_after
        self.members = members or {}
        spoken = {key: value["en"] if isinstance(value, dict) else value for key, value in params.items()}
        super().__init__(f"{code} {self.entry.en.format_map(_Blanks(spoken))}")

    @property
    def code(self) -> str:
        return self.entry.code

    @property
    def status(self) -> int:
        return self.entry.status

    def problem(self) -> dict[str, Any]:
        """Problem details of RFC 9457, as the device protocol sends them."""
        return {
            "type": "about:blank",
            "title": self.text()["en"],
            "status": self.entry.status,
            **self.answer(),
            **self.members,
        }

    def answer(self) -> dict[str, Any]:
        """``code``, ``text`` and ``action`` as an answer to one op holds them."""
        return {"code": self.entry.code, "text": self.text(), "action": self.action()}

    def text(self) -> dict[str, str]:
        return {
            "id": self.entry.id.format_map(self._blanks("id")),
            "en": self.entry.en.format_map(self._blanks("en")),
        }

    def action(self) -> dict[str, str]:
        blanks = _Blanks(self.params)
        return {
            "id": self.entry.action_id.format_map(blanks),
            "en": self.entry.action_en.format_map(blanks),
        }

    def _blanks(self, language: str) -> "_Blanks":
        """In this language; a field is called as the form calls it."""
        params = {key: value[language] if isinstance(value, dict) else value for key, value in self.params.items()}
        field = params.get("field")
        if not isinstance(field, str) or self.code in _TOLD_TO_PROGRAMS:
            return _Blanks(params)
        own, common = (fields().get(key, {}) for key in (self.code, "any"))
        name = own.get(field) or common.get(field) or common.get(field.partition(".")[0])
        return _Blanks(params | {"field": name[language] if name else field})


class _Blanks(dict[str, object]):
    """A missing parameter leaves an ellipsis, so that a text never fails while it explains a failure."""

    def __missing__(self, key: str) -> str:
        return "…"


@cache
def fields() -> dict[str, dict[str, dict[str, str]]]:
    """Words for fields of forms by code of an error (``any`` for all codes) and by the field's own name."""
    found: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(
        (Path(__file__).parent / "fields.yaml").read_text(encoding="utf-8")
    )
    return found


@cache
def catalogue() -> dict[str, Entry]:
    """Every entry by code. Raises ``ValueError`` where an entry is incomplete or a code is used twice."""
    found: dict[str, Entry] = {}
    for row in yaml.safe_load((Path(__file__).parent / "errors.yaml").read_text(encoding="utf-8")):
        entry = Entry(**row)
        if entry.code in found:
            raise ValueError(f"errors.yaml uses {entry.code} twice")
        found[entry.code] = entry
    return found

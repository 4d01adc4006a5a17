"""A part of the country that an address asks for (``level`` and ``key``, as figures name scopes), as a condition on rows: the list
behind a figure shows the scope that the figure was of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, LiteralString, Self

from perisai.events.work import Work
from perisai.offices.scopes import AGENCY_OFFICE, AGENT, BRANCH, NATION, REGION, SUB_BRANCH, UnknownScope, Watch

_WITHIN: Final[dict[str, LiteralString]] = {
    REGION: "{a}.branch_id IN (SELECT id FROM offices_office WHERE kind = 'branch' AND path @> ARRAY[%s::int])",
    BRANCH: "{a}.branch_id = %s::int",
    SUB_BRANCH: "({a}.branch_id = (SELECT branch_id FROM offices_office WHERE id = %s::int) AND {a}.sub_branch_id = %s::int)",
    AGENCY_OFFICE: "({a}.branch_id = (SELECT branch_id FROM offices_office WHERE id = %s::int)"
    " AND {a}.agency_office_id = %s::int)",
    AGENT: "{a}.{agent} = %s::uuid",
}


@dataclass(frozen=True)
class Part:
    """Without ``watch``: everything. An address that names no scope asks for nothing that there is (``is_unknown``)."""

    watch: Watch | None = None
    is_unknown: bool = False

    @classmethod
    def of(cls, params: Mapping[str, str]) -> Self:
        level, key = params.get("level", ""), params.get("key", "")
        if not level or level == NATION:
            return cls()
        try:
            return cls(Watch.parse(level, key))
        except UnknownScope:
            return cls(is_unknown=True)

    @property
    def is_some(self) -> bool:
        return self.watch is not None or self.is_unknown

    def narrow(self, alias: LiteralString, *, agent: LiteralString = "agent_id") -> tuple[LiteralString, list[Any]]:
        """A condition on branch_id, sub_branch_id, agency_office_id and the column ``agent`` of ``alias``; beside what the viewer
        may see, never instead of it."""
        if self.watch is None:
            return ("FALSE" if self.is_unknown else "TRUE"), []
        sql = _WITHIN[self.watch.level]
        return sql.replace("{a}", alias).replace("{agent}", agent), [self.watch.key] * sql.count("%s")

    def name(self, work: Work) -> str:
        """What the part is called, as far as the Work sees it. At most one statement."""
        if self.watch is None:
            return ""
        sql: LiteralString = "SELECT name FROM offices_office WHERE id = %s::int"
        if self.watch.level == AGENT:
            sql = "SELECT full_name FROM agents_agent WHERE id = %s::uuid"
        row = work.row(sql, [self.watch.key])
        return str(row[0]) if row else self.watch.key

"""How rows of the demo's past get into a table: many at once, by one statement."""

from collections.abc import Iterable
from typing import Any, LiteralString

import orjson

from perisai.events.work import Work
from perisai.web.demo.past_life import Life

Row = dict[str, Any]


def into(table: LiteralString, columns: LiteralString) -> LiteralString:
    """The statement for ``put``; what a row does not say is null."""
    return (
        "INSERT INTO " + table + " (" + columns + ") SELECT " + columns + " FROM jsonb_populate_recordset(NULL::" + table
        + ", %s::jsonb)"
    )  # fmt: skip


def put(work: Work, sql: LiteralString, rows: Iterable[Row]) -> None:
    told = list(rows)
    if told:
        work.execute(sql, [orjson.dumps(told).decode()])


def whose(one: Life) -> Row:
    spot = one.agent.spot
    return {
        "agent_id": one.agent.id,
        "sub_branch_id": spot.sub_branch,
        "agency_office_id": spot.agency,
        "region_code": one.body["region"],
    }

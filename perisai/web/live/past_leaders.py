"""Leaderboards of a past day, as was known at its end: branches of the nation or a region, or agents, each among their like."""

from collections.abc import Collection
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from django.urls import reverse

from perisai.accounts.audience import PageRequest
from perisai.accounts.words import say
from perisai.events.reading import Rows, read
from perisai.figures import rank
from perisai.figures.place import find
from perisai.figures.rank import Ranked
from perisai.figures.rank_branches import as_of
from perisai.offices import calendar
from perisai.offices.scopes import AGENT, Place
from perisai.web.live import leaders
from perisai.written import Language

FIRST_ROWS = 10


class Ranking(NamedTuple):
    """One class. ``few``: what is said where nobody has a place."""

    title: str
    sample: str
    who: str
    heads: list[str]
    is_ranked: bool
    few: str
    rows: list[dict[str, Any]]
    rest: int


def of(
    request: PageRequest, rows: Rows, place: Place, day: date, beneath: Collection[str], language: Language
) -> list[Ranking]:
    """``beneath``: keys of the agents who were placed there then. ``?leaders=agents`` shows agents of the nation or a region. A
    fixed number of statements."""
    if place.watch.level == AGENT:
        return []
    if not place.watch.has_detail and request.GET.get("leaders") != "agents":
        compared = read(as_of(read(find(place.watch), rows), day, request.work.now), rows)
        return [_branches(one, language) for one in leaders.classes(compared)]
    days = dict.fromkeys(place.branches, day)
    across = not place.watch.has_detail
    calendars = read(calendar.reading_of(place.branches), rows)
    ranked = read(rank.ranked(list(days.items()), calendars, is_past=True, across=across), rows)
    mine = [one for one in ranked if across or one.agent_id in beneath]
    classes = groupby(mine, key=lambda one: (one.is_city, one.is_new))
    names = {each.id: each.name for each in read(find(place.watch), rows).branches} if across else {}
    return [_agents(is_city, is_new, list(alike), names, language) for (is_city, is_new), alike in classes]


def _branches(one: leaders.Class, language: Language) -> Ranking:
    rows = one["rows"][:FIRST_ROWS]
    return Ranking(
        title=say("Terutama kota", "Mostly city") if one["is_city"] else say("Terutama kabupaten", "Mostly regency"),
        sample=f"{one['of']} {say('dari', 'of')} {one['all']} {say('cabang dibandingkan', 'branches compared')}",
        who=say("Cabang", "Branch"),
        heads=[
            say("Per agen dan hari kerja", "Per agent and working day"),
            say("Dari laju target", "Of the pace needed"),
            say("Dasar", "Out of"),
        ],
        is_ranked=any(row["place"] for row in rows),
        few=say(
            "Terlalu sedikit untuk diperingkat (kurang dari 5 cabang dengan 3 hari kerja dan 3 agen aktif); nilainya saja.",
            "Too few to rank (less than 5 branches with 3 working days and 3 active agents); their figures only.",
        ),
        rows=[_branch(row, language) for row in rows],
        rest=one["all"] - len(rows),
    )


def _branch(row: dict[str, Any], language: Language) -> dict[str, Any]:
    agents = "–" if row["agents"] is None else row["agents"]
    cells = [
        _decimal(row["per_day"], language) if row["agents"] else "–",
        "–" if row["of_pace"] is None else f"{row['of_pace']}%",
        f"{row['accepted']} / {agents} {say('agen', 'agents')} / {row['days']} {say('hari', 'days')}",
    ]
    return row | {"address": reverse("live:page", args=["branch", row["key"]]), "cells": cells}


def _agents(is_city: bool, is_new: bool, alike: list[Ranked], names: dict[int, str], language: Language) -> Ranking:
    shown = alike[:FIRST_ROWS]
    kind = say("Kota", "City") if is_city else say("Kabupaten", "Regency")
    since = (
        say("berlisensi kurang dari 6 bulan", "licensed for less than 6 months")
        if is_new
        else say("berlisensi 6 bulan atau lebih", "licensed for 6 months or more")
    )
    return Ranking(
        title=f"{kind}, {since}",
        sample=f"{alike[0].of} {say('agen dibandingkan', 'agents compared')}",
        who=say("Agen", "Agent"),
        heads=[say("Per hari kerja", "A working day"), say("Dasar", "Out of")],
        is_ranked=any(one.place for one in shown),
        few=say(
            "Terlalu sedikit untuk diperingkat (kurang dari 5 agen dengan 3 hari kerja); nilainya saja.",
            "Too few to rank (less than 5 agents with 3 working days); their figures only.",
        ),
        rows=[_agent(one, names.get(one.branch_id, ""), language) for one in shown],
        rest=len(alike) - len(shown),
    )


def _agent(one: Ranked, office: str, language: Language) -> dict[str, Any]:
    days = f"{one.accepted} {say('dalam', 'in')} {one.days} {say('hari', 'days')}"
    return {
        "place": one.place,
        "name": one.name,
        "code": f"{one.code} · {office}" if office else one.code,
        "address": reverse("live:page", args=[AGENT, one.agent_id]),
        "cells": [_decimal(one.per_day, language), days],
    }


def _decimal(hundredths: int, language: Language) -> str:
    """Two decimals: ``1,25``."""
    text = f"{hundredths / 100:.2f}"
    return text.replace(".", ",") if language == "id" else text

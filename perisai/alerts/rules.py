"""What is watched and who is told, from ``rules/alerts.yaml``."""

from collections.abc import Mapping
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from perisai.accounts.audience import Role
from perisai.contributions.rules import DIRECTORY
from perisai.rulefile import read_file


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Strict):
    id: str
    en: str


class Watched(_Strict):
    """One kind of alert. ``figures`` are whole numbers that a branch may set otherwise."""

    tone: Literal["needs", "stop"]
    tell: tuple[Role, ...] = Field(min_length=1)
    figures: Mapping[str, int]
    title: Words
    text: Words


@cache
def watched() -> dict[str, Watched]:
    """By kind, in the order of the file. Raises ``RulesError`` where the file is wrong."""
    return read_file(DIRECTORY / "alerts.yaml", dict[str, Watched])

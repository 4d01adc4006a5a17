"""A wage as it is told (by month, day or piece) and as that of a month. Pure; the rules stand in ``rules/pu_tariff.yaml``."""

from datetime import date
from typing import Any, Final, Literal, NamedTuple, get_args

from perisai.contributions.rules.in_force import load
from perisai.contributions.rules.shape_pu import value_on
from perisai.contributions.tariffs.tariff_pu import average_wage, daily_wage_of_month
from perisai.errors import Refused

Kind = Literal["monthly", "daily", "piece"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
MOST: Final = 10**9


class Told(NamedTuple):
    """``amounts``: one for a month or a day; for work by the piece what was earned in the last months, oldest first. Rupiah."""

    kind: Kind
    amounts: tuple[int, ...]


class OfMonth(NamedTuple):
    """``detail`` shows how a month's wage came out of what was told."""

    wage: int
    detail: dict[str, Any]


def of_month(told: Told, month: date) -> OfMonth:
    """Raises ``Refused`` E4414 for what is no wage."""
    if not told.amounts or not all(0 < amount <= MOST for amount in told.amounts):
        raise Refused("E4414")
    if told.kind == "daily":
        wage = daily_wage_of_month(told.amounts[0], month)
        detail: dict[str, Any] = {"day": told.amounts[0], "days": days_of_month(month)}
    elif told.kind == "piece":
        wage = average_wage(told.amounts, month)
        detail = {"months": list(told.amounts)}
    else:
        wage, detail = told.amounts[0], {}
    if not 0 < wage <= MOST:
        raise Refused("E4414")
    return OfMonth(wage, detail)


def days_of_month(month: date) -> int:
    """By how many days a daily wage is multiplied."""
    return value_on(load().pu.wages.daily_times.values, month) or 0


def piece_months(month: date) -> int:
    """How many last months the average of piece work is taken of."""
    return value_on(load().pu.wages.piece_average_months.values, month) or 1

"""One door to both tariffs: what months cost for members of either segment. Pure; whole rupiah."""

from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple

from perisai.contributions.rules.in_force import Rules, load
from perisai.contributions.tariffs import tariff, tariff_pu
from perisai.contributions.tariffs.tariff import MonthPrice

__all__ = ["Asked", "MonthPrice", "price_many", "total"]

total = tariff.total


class Asked(NamedTuple):
    """One member's question: what do these contribution months cost?

    ``income``: declared monthly income (BPU) or the month's wage (PU), rupiah. ``transport`` counts for BPU, ``risk`` (a class of
    JKK, such as ``low``) for PU. ``months``: first days of month. ``funded_by_state``: the months, or all or none of them, that a
    public budget pays (no relief where the relief says so). ``without``: ids of reliefs whose conditions the member does not meet.
    """

    segment: Literal["BPU", "PU"]
    income: int
    programmes: frozenset[str]
    transport: bool
    risk: str | None
    months: tuple[date, ...]
    funded_by_state: frozenset[date] | bool = False
    without: frozenset[str] = frozenset()


def price_many(asked: Iterable[Asked], *, rules: Rules | None = None) -> list[list[MonthPrice]]:
    """Each one's months, in their order; raises ``tariff.PriceError``. Members with equal facts share the work."""
    chosen = rules or load()
    bpu, pu = tariff.pricer_of(chosen), tariff_pu.pricer_pu(chosen)
    return [_bpu(bpu, one) if one.segment == "BPU" else _pu(pu, one) for one in asked]


def _bpu(pricer: tariff.Pricer, one: Asked) -> list[MonthPrice]:
    state = one.funded_by_state
    if isinstance(state, bool) or not state:
        asked = tariff.Asked(one.income, one.programmes, one.transport, one.months, bool(state), one.without)
        return pricer.months(asked)
    asked = tariff.Asked(one.income, one.programmes, one.transport, (), False, one.without)
    months = [asked._replace(months=(month,), funded_by_state=month in state) for month in one.months]
    return [price for month in months for price in pricer.months(month)]


def _pu(pricer: tariff_pu.PricerPu, one: Asked) -> list[MonthPrice]:
    return pricer.months(tariff_pu.AskedPu(one.income, one.programmes, one.risk or "", one.months, one.without))

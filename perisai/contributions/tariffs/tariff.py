"""What BPU dues cost, by contribution month (PP 44/2015, PP 46/2015) less what a relief takes off (PP 50/2025,
PP 49/2020). Pure; whole rupiah, never rounded. Its twin for the phone is ``frontend/field/src/rules/tariff.ts``."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Final, NamedTuple, TypeVar

from perisai.contributions.rules.check import WHOLE
from perisai.contributions.rules.in_force import Rules, load
from perisai.contributions.rules.shape import Relief, Sector

MANDATORY: Final = frozenset({"JKK", "JKM"})
OFFERED: Final = frozenset({"JKK", "JKM", "JHT"})
NO_RELIEF: Final = ""

Dated = TypeVar("Dated")


class PriceError(ValueError):
    """Asked for what the rules do not price; ``field`` is ``income``, ``programmes``, ``risk`` or ``months``."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        super().__init__(f"{field}: {reason}")


@dataclass(frozen=True, slots=True)
class MonthPrice:
    """One contribution month in rupiah: ``jkk``, ``jkm``, ``jht`` before relief; ``total`` is what is owed."""

    month: date
    base: int
    jkk: int
    jkm: int
    jht: int
    relief_jkk: int
    relief_jkm: int
    relief_jht: int
    relief_rule: str
    jp: int = 0
    jkp: int = 0
    """JP and JKP are of wage earners (PU) alone; there ``jkk`` and ``jkm`` are without what goes to JKP."""
    jht_worker: int = 0
    jp_worker: int = 0
    """The worker's part of ``jht`` and ``jp``, withheld from the wage."""
    jp_deferred: int = 0
    """JP of this month that is owed later; not in ``jp``, nor in the total."""

    @property
    def relief(self) -> int:
        return self.relief_jkk + self.relief_jkm + self.relief_jht

    @property
    def total(self) -> int:
        return self.jkk + self.jkm + self.jht + self.jp + self.jkp - self.relief


class Asked(NamedTuple):
    """One worker's question to ``price_many``; ``months`` are first days of month."""

    income: int
    programmes: frozenset[str]
    transport: bool
    months: tuple[date, ...]
    funded_by_state: bool = False
    without: frozenset[str] = frozenset()
    """Reliefs whose conditions on earlier payments are not met."""


def months_from(first: date, count: int) -> list[date]:
    """``count`` contribution months in a row, as first days of month, the first one that of ``first``."""
    start = first.year * 12 + first.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(start, start + count)]


def price(
    income: int,
    programmes: frozenset[str],
    transport: bool,
    months: Sequence[date],
    funded_by_state: bool = False,
    without: frozenset[str] = frozenset(),
    *,
    rules: Rules | None = None,
) -> list[MonthPrice]:
    """Each month's price for a declared monthly ``income``; raises PriceError.

    The conditions of PP 49/2020 on earlier payments are the caller's to know: the price takes them as met, but for reliefs named
    in ``Asked.without``.
    """
    pricer = pricer_of(rules or load())
    return pricer.months(Asked(income, programmes, transport, tuple(months), funded_by_state, without))


def price_many(asked: Iterable[Asked], *, rules: Rules | None = None) -> list[list[MonthPrice]]:
    """``price`` for many workers; workers of one band, sector and month share the work."""
    pricer = pricer_of(rules or load())
    return [pricer.months(one) for one in asked]


def base_of(income: int, month: date, *, rules: Rules | None = None) -> int:
    """The wage that a declared monthly ``income`` counts as in a contribution month; raises PriceError."""
    return pricer_of(rules or load()).base(income, month)


def total(prices: Iterable[MonthPrice]) -> int:
    return sum(month.total for month in prices)


@lru_cache(maxsize=8)
def pricer_of(rules: Rules) -> "Pricer":
    return Pricer(rules)


class Pricer:
    """Prices by one set of rules and remembers every (band, programmes, sector, month) it has met."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._known: dict[tuple[int, frozenset[str], Sector, date, bool, frozenset[str]], MonthPrice] = {}

    @cached_property
    def _cuts(self) -> list[tuple[date, list[int], list[int]]]:
        tables = sorted(self._rules.tariff.bands.values.items())
        return [(day, [b.at_least for b in table.rows], [b.base for b in table.rows]) for day, table in tables]

    def months(self, asked: Asked) -> list[MonthPrice]:
        if asked.income < 0:
            raise PriceError("income", "is negative")
        if not MANDATORY <= asked.programmes <= OFFERED:
            raise PriceError("programmes", "JKK and JKM are needed, JHT may be added")
        sector: Sector = "transport" if asked.transport else "other"
        return [self._month(asked, sector, month) for month in asked.months]

    def _month(self, asked: Asked, sector: Sector, month: date) -> MonthPrice:
        key = (self.base(asked.income, month), asked.programmes, sector, month, asked.funded_by_state, asked.without)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._compute(*key)
        return known

    def base(self, income: int, month: date) -> int:
        if month.day != 1:
            raise PriceError("months", f"{month} is no first of a month")
        for first_month, cuts, bases in reversed(self._cuts):
            if first_month <= month:
                return bases[bisect_right(cuts, income) - 1]
        raise PriceError("months", f"no tariff is known for {month:%Y-%m}")

    def _compute(
        self, base: int, programmes: frozenset[str], sector: Sector, month: date, funded_by_state: bool,
        without: frozenset[str],
    ) -> MonthPrice:  # fmt: skip
        tariff = self._rules.tariff
        jkk = _part(base, _in_force(tariff.jkk.values, month).value)
        jkm = _in_force(tariff.jkm.values, month).value
        jht = _part(base, _in_force(tariff.jht.values, month).value) if "JHT" in programmes else 0
        applying = self._relief(sector, month, funded_by_state, without)

        def off(programme: str, amount: int) -> int:
            return _part(amount, applying.relief.value) if applying and programme in applying.programmes else 0

        return MonthPrice(
            month, base, jkk, jkm, jht,
            off("JKK", jkk), off("JKM", jkm), off("JHT", jht),
            applying.id if applying else NO_RELIEF,
        )  # fmt: skip

    def _relief(self, sector: Sector, month: date, funded_by_state: bool, without: frozenset[str]) -> Relief | None:
        for relief in self._rules.reliefs:
            if relief.id in without or (funded_by_state and not relief.state_funded.applies):
                continue
            if any(sector in w.sectors and w.first_month <= month <= w.last_month for w in relief.windows):
                return relief
        return None


def _in_force(values: Mapping[date, Dated], month: date) -> Dated:
    days = [day for day in values if day <= month]
    if not days:
        raise PriceError("months", f"no tariff is known for {month:%Y-%m}")
    return values[max(days)]


def _part(amount: int, per_ten_thousand: int) -> int:
    whole, rest = divmod(amount * per_ten_thousand, WHOLE)
    if rest:
        raise ArithmeticError(f"{per_ten_thousand} per ten thousand of {amount} is no whole rupiah")
    return whole

"""What is owed for a wage earner (PU), by contribution month: JKK by risk, JKM, JHT, JP up to its ceiling, and JKP out of
JKK (PP 44/2015, PP 45/2015, PP 46/2015, PP 6/2025; rules/pu_tariff.yaml). Pure; whole rupiah, each share to the nearest one, a
half up (``rounding`` there). Its twin for the phone is ``frontend/field/src/rules/tariff-pu.ts``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from perisai.contributions.rules.check import WHOLE
from perisai.contributions.rules.in_force import Rules, load
from perisai.contributions.rules.shape_pu import PuRelief, value_on
from perisai.contributions.tariffs.tariff import NO_RELIEF, MonthPrice, PriceError

MANDATORY_PU: Final = frozenset({"JKK", "JKM"})
OFFERED_PU: Final = frozenset({"JKK", "JKM", "JHT", "JP", "JKP"})


class AskedPu(NamedTuple):
    """One wage earner's question; ``risk`` is a class of JKK, ``months`` are first days of month, ``without`` names reliefs
    whose conditions are not met."""

    wage: int
    programmes: frozenset[str]
    risk: str
    months: tuple[date, ...]
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Plan:
    """All figures of one (programmes, risk, month): parts per ten thousand, rupiah for the ceilings."""

    month: date
    jkk: int
    jkm: int
    jht_employer: int
    jht_worker: int
    jp_employer: int
    jp_worker: int
    jp_ceiling: int
    jkp_from_jkk: int
    jkp_from_jkm: int
    jkp_ceiling: int
    lowest: int
    relief: PuRelief | None

    def price(self, wage: int) -> MonthPrice:
        if wage < self.lowest:
            raise PriceError("income", f"{wage} is below the lowest wage, {self.lowest}")
        pension = min(wage, self.jp_ceiling)
        jkk, jkm = share(wage, self.jkk), share(wage, self.jkm)
        jht_worker, jp_worker = share(wage, self.jht_worker), share(pension, self.jp_worker)
        jht = share(wage, self.jht_employer) + jht_worker
        jp = share(pension, self.jp_employer) + jp_worker
        jkp_wage = min(wage, self.jkp_ceiling) if self.jkp_ceiling else wage
        of_jkk, of_jkm = share(jkp_wage, self.jkp_from_jkk), share(jkp_wage, self.jkp_from_jkm)
        deferred = self._deferred(jp)
        return MonthPrice(
            self.month, wage, jkk - of_jkk, jkm - of_jkm, jht,
            self._off("JKK", jkk), self._off("JKM", jkm), self._off("JHT", jht),
            self.relief.id if self.relief else NO_RELIEF,
            jp=jp - deferred, jkp=of_jkk + of_jkm, jht_worker=jht_worker,
            jp_worker=jp_worker - self._deferred(jp_worker), jp_deferred=deferred,
        )  # fmt: skip

    def _off(self, programme: str, amount: int) -> int:
        relief = self.relief
        return amount - share(amount, WHOLE - relief.relief.value) if relief and programme in relief.programmes else 0

    def _deferred(self, amount: int) -> int:
        relief = self.relief
        if relief is None or "JP" not in relief.deferred_programmes:
            return 0
        return amount - share(amount, WHOLE - relief.deferred.value)


class PricerPu:
    """Prices by one set of rules and remembers the figures of every (programmes, risk, month) it has met."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._plans: dict[tuple[frozenset[str], str, date, frozenset[str]], _Plan] = {}

    def months(self, asked: AskedPu) -> list[MonthPrice]:
        return [self.plan(asked, month).price(asked.wage) for month in asked.months]

    def plan(self, asked: AskedPu, month: date) -> _Plan:
        key = (asked.programmes, asked.risk, month, asked.without)
        known = self._plans.get(key)
        if known is None:
            known = self._plans[key] = self._make(*key)
        return known

    def _make(self, programmes: frozenset[str], risk: str, month: date, without: frozenset[str]) -> _Plan:
        _check(programmes, risk, month)
        tariff = self._rules.pu.tariff
        has_jht, has_jp, has_jkp = ("JHT" in programmes), ("JP" in programmes), ("JKP" in programmes)
        classes = {str(name): figure for name, figure in tariff.jkk.classes.items()}
        question = self._rules.pu.open_questions.jkp_wage
        return _Plan(
            month=month,
            jkk=_known(value_on(classes[risk].values, month), "tariff", month),
            jkm=_known(value_on(tariff.jkm.values, month), "tariff", month),
            jht_employer=_known(value_on(tariff.jht_employer.values, month), "tariff", month) if has_jht else 0,
            jht_worker=_known(value_on(tariff.jht_worker.values, month), "tariff", month) if has_jht else 0,
            jp_employer=_known(value_on(tariff.jp_employer.values, month), "tariff", month) if has_jp else 0,
            jp_worker=_known(value_on(tariff.jp_worker.values, month), "tariff", month) if has_jp else 0,
            jp_ceiling=_known(value_on(tariff.jp_ceiling.values, month), "ceiling of JP", month) if has_jp else 0,
            jkp_from_jkk=value_on(tariff.jkp_from_jkk.values, month) or 0 if has_jkp else 0,
            jkp_from_jkm=value_on(tariff.jkp_from_jkm.values, month) or 0 if has_jkp else 0,
            jkp_ceiling=question.readings[question.chosen].value,
            lowest=value_on(self._rules.pu.wages.lowest.values, month) or 0,
            relief=self._relief(month, without),
        )

    def _relief(self, month: date, without: frozenset[str]) -> PuRelief | None:
        reliefs = self._rules.pu_reliefs
        return next((r for r in reliefs if r.id not in without and r.first_month <= month <= r.last_month), None)


def price_pu(
    wage: int,
    programmes: frozenset[str],
    risk: str,
    months: Sequence[date],
    without: frozenset[str] = frozenset(),
    *,
    rules: Rules | None = None,
) -> list[MonthPrice]:
    """Each month's price for a month's ``wage``; raises PriceError. ``programmes`` holds JKP where the worker is in it: it takes
    nothing on top, a part of JKK (and until January 2025 of JKM) goes to it."""
    return pricer_pu(rules or load()).months(AskedPu(wage, programmes, risk, tuple(months), without))


@lru_cache(maxsize=8)
def pricer_pu(rules: Rules) -> PricerPu:
    return PricerPu(rules)


def obligatory(scale: str, *, rules: Rules | None = None) -> frozenset[str]:
    """The programmes that an enterprise of this scale (micro, small, medium) must enrol its workers in."""
    return frozenset(next(r for name, r in (rules or load()).pu.scales.items() if name == scale).obligatory)


def jkp_reasons(
    *, scale: str, programmes: frozenset[str], age: int, is_citizen: bool, on: date, rules: Rules | None = None
) -> list[str]:
    """Why a worker cannot be in JKP: ``age``, ``citizen``, ``programmes``; empty where they can. That they must also be in JKN
    is not known here: the employer says so."""
    jkp = (rules or load()).pu.jkp
    needed = next(need for name, need in jkp.needs.items() if name == scale).programmes
    found = []
    if age >= (value_on(jkp.age_below.values, on) or 0):
        found.append("age")
    if jkp.citizens_only.value and not is_citizen:
        found.append("citizen")
    if not frozenset(needed) <= programmes:
        found.append("programmes")
    return found


def share(amount: int, per_ten_thousand: int) -> int:
    """That part of an amount, to the nearest rupiah, a half up."""
    return (amount * per_ten_thousand * 2 + WHOLE) // (2 * WHOLE)


def daily_wage_of_month(wage: int, month: date, *, rules: Rules | None = None) -> int:
    """A daily wage as that of a month."""
    return wage * (value_on((rules or load()).pu.wages.daily_times.values, month) or 0)


def average_wage(earned: Sequence[int], month: date, *, seasonal: bool = False, rules: Rules | None = None) -> int:
    """The wage of a month of who is paid by the piece (or by the weather: ``seasonal``): the average, to the nearest rupiah, of
    what was earned in the last months, oldest first; of fewer months where no more are known. Raises PriceError where none is."""
    wages = (rules or load()).pu.wages
    figure = wages.seasonal_average_months if seasonal else wages.piece_average_months
    last = list(earned)[-(value_on(figure.values, month) or 1) :]
    if not last or min(last) < 0:
        raise PriceError("income", "no earnings are known" if not last else "is negative")
    return (2 * sum(last) + len(last)) // (2 * len(last))


def _check(programmes: frozenset[str], risk: str, month: date) -> None:
    if not MANDATORY_PU <= programmes <= OFFERED_PU:
        raise PriceError("programmes", "JKK and JKM are needed; JHT, JP and JKP may be added")
    if "JKP" in programmes and "JHT" not in programmes:
        raise PriceError("programmes", "JKP needs JHT")
    if risk not in {"very_low", "low", "medium", "high", "very_high"}:
        raise PriceError("risk", f"{risk or 'none'} is no risk class")
    if month.day != 1:
        raise PriceError("months", f"{month} is no first of a month")


def _known(value: int | None, what: str, month: date) -> int:
    if value is None:
        raise PriceError("months", f"no {what} is known for {month:%Y-%m}")
    return value

"""What the shapes of the rules of wage earners and of cover cannot say. Each check yields its reasons."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations

from perisai.contributions.rules.check import WHOLE
from perisai.contributions.rules.shape_cover import CoverFile, Followed
from perisai.contributions.rules.shape_pu import PuFile, PuRelief, PuTariff, value_on

RISKS = ("very_low", "low", "medium", "high", "very_high")
SCALES = ("micro", "small", "medium")


def tariff_problems(pu: PuFile) -> Iterator[str]:
    yield from _missing("tariff.jkk.classes", RISKS, pu.tariff.jkk.classes)
    yield from _missing("scales", SCALES, pu.scales)
    yield from _missing("jkp.needs", SCALES, pu.jkp.needs)
    for name, values in _dated(pu):
        yield from (f"{name}: {day} is no first of a month" for day in values if day.day != 1)
    yield from _class_problems(pu.tariff)
    yield from _jkp_problems(pu.tariff)
    yield from _scale_problems(pu)
    yield from _threshold_problems(pu)
    question = pu.open_questions.jkp_wage
    if question.chosen not in question.readings:
        yield f"open_questions.jkp_wage: {question.chosen} is none of its readings"
    for day, lowest in pu.wages.lowest.values.items():
        if lowest.value < 1:
            yield f"wages.lowest: {day}: a wage is at least 1"
    for name in ("daily_times", "piece_average_months", "seasonal_average_months"):
        for day, figure in getattr(pu.wages, name).values.items():
            if figure.value < 1:
                yield f"wages.{name}: {day}: must be at least 1"


def relief_problems(reliefs: Iterable[PuRelief]) -> Iterator[str]:
    """A month has one relief at most: the tariff takes the first it finds."""
    reliefs = tuple(reliefs)
    for relief in reliefs:
        if relief.first_month.day != 1 or relief.last_month.day != 1:
            yield f"{relief.id}: months are given by their first days"
        if relief.last_month < relief.first_month:
            yield f"{relief.id}: {relief.last_month} is before {relief.first_month}"
    for one, two in combinations(reliefs, 2):
        if one.id == two.id:
            yield f"{one.id} is there twice"
        if one.first_month <= two.last_month and two.first_month <= one.last_month:
            yield f"{one.id} and {two.id} overlap"


def cover_problems(cover: CoverFile) -> Iterator[str]:
    yield from _unknown_readings("lapse", cover.lapse.followed, set(cover.lapse.readings))
    yield from _unknown_readings("unpaid", cover.unpaid.followed, set(cover.unpaid.readings))
    yield from _missing("due", ("BPU", "PU"), cover.due)
    for segment, due in cover.due.items():
        yield from (f"due.{segment}: {day} is no first of a month" for day in due.values if day.day != 1)
    for day, grace in cover.grace.values.items():
        if grace.value > 62:
            yield f"grace: {day}: {grace.value} days are more than two months"
    for day, kept in cover.never_paid_pu.values.items() if cover.never_paid_pu else ():
        if kept.value > 366:
            yield f"never_paid_pu: {day}: {kept.value} days are more than a year"


def _missing(where: str, wanted: Iterable[str], found: Iterable[str]) -> Iterator[str]:
    there = {str(one) for one in found}
    yield from (f"{where}: {name} is missing" for name in wanted if name not in there)


def _dated(pu: PuFile) -> Iterator[tuple[str, Iterable[date]]]:
    tariff = pu.tariff
    yield from ((f"jkk.{name}", risk.values) for name, risk in tariff.jkk.classes.items())
    for name in ("jkm", "jht_employer", "jht_worker", "jp_employer", "jp_worker", "jp_ceiling", "jkp_from_jkk"):
        yield name, getattr(tariff, name).values
    yield "jkp_from_jkm", tariff.jkp_from_jkm.values
    yield "wages.lowest", pu.wages.lowest.values


def _class_problems(tariff: PuTariff) -> Iterator[str]:
    """A riskier class never pays less."""
    classes = {str(name): risk.values for name, risk in tariff.jkk.classes.items()}
    days = sorted({day for values in classes.values() for day in values})
    for day in days:
        shares = [value_on(classes[name], day) for name in RISKS if name in classes]
        known = [share for share in shares if share is not None]
        if len(known) != len(shares):
            yield f"jkk: not every class has a share from {day} on"
        elif known != sorted(known):
            yield f"jkk: from {day} on a riskier class pays less"


def _jkp_problems(tariff: PuTariff) -> Iterator[str]:
    """No more can go to JKP than is billed."""
    lowest = {str(name): risk.values for name, risk in tariff.jkk.classes.items()}.get("very_low", {})
    for name, parts, whole in (("jkk", tariff.jkp_from_jkk, lowest), ("jkm", tariff.jkp_from_jkm, tariff.jkm.values)):
        for day, part in parts.values.items():
            if part.value > (value_on(whole, day) or 0):
                yield f"jkp_from_{name}: {day}: {part.value} is more than is billed"
    for day in tariff.jht_employer.values:
        if tariff.jht_employer.values[day].value > WHOLE // 2:
            yield f"jht_employer: {day}: more than half of the wage"


def _scale_problems(pu: PuFile) -> Iterator[str]:
    for name, scale in pu.scales.items():
        if not {"JKK", "JKM"} <= set(scale.obligatory):
            yield f"scales.{name}: JKK and JKM are obligatory everywhere"
        both = set(scale.obligatory) & set(scale.optional)
        yield from (f"scales.{name}: {programme} is both obligatory and optional" for programme in sorted(both))


def _threshold_problems(pu: PuFile) -> Iterator[str]:
    """A larger scale reaches further, on every day; the largest has no end."""
    for name in ("capital_most", "sales_most"):
        figures = {str(scale): getattr(rule, name) for scale, rule in pu.scales.items()}
        if figures.get("medium") is not None:
            yield f"scales.medium.{name}: it is whatever is above the others"
        if figures.get("micro") is None or figures.get("small") is None:
            yield f"scales: {name} is missing for micro or small"
            continue
        small = figures["small"].values
        for day, micro in figures["micro"].values.items():
            if micro.value >= (value_on(small, day) or 0):
                yield f"scales.micro.{name}: {day}: {micro.value} is not below that of small"


def _unknown_readings(name: str, followed: dict[date, Followed], readings: set[str]) -> Iterator[str]:
    for day, one in followed.items():
        if one.reading not in readings:
            yield f"{name}: {day}: {one.reading} is none of its readings"

"""The scale of an enterprise by its figures: thresholds stand in ``rules/pu_tariff.yaml`` (PP 7/2021 Pasal 35). Pure."""

from datetime import date
from typing import Literal, NamedTuple

from perisai.contributions.rules.in_force import load
from perisai.contributions.rules.shape_pu import Scale, value_on

Criterion = Literal["sales", "capital"]


class Suggested(NamedTuple):
    """A scale and the figure that it follows from; ``reference`` is of the threshold below which, or above which, it lies."""

    scale: Scale
    by: Criterion
    reference: str


def suggest(*, sales: int | None, capital: int | None, on: date) -> Suggested | None:
    """None where neither is told, or no threshold holds on the day. Sales go first: capital is the criterion of a business that is
    being founded. Rupiah."""
    by: Criterion = "sales" if sales is not None else "capital"
    amount = sales if sales is not None else capital
    if amount is None or amount < 0:
        return None
    found: Suggested | None = None
    for scale, rule in load().pu.scales.items():
        figure = rule.sales_most if by == "sales" else rule.capital_most
        if figure is None:
            return Suggested(scale, by, found.reference) if found else None
        most = value_on(figure.values, on)
        if most is None:
            return None
        day = max(day for day in figure.values if day <= on)
        found = Suggested(scale, by, figure.values[day].reference)
        if amount <= most:
            return found
    return found

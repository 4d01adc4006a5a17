"""What a phone gets of the rules of wage earners and of cover, as JSON; months are ``2026-01``, days ``2026-01-01``."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from perisai.contributions.rules.shape import Value, Words
from perisai.contributions.rules.shape_cover import Followed
from perisai.contributions.rules.shape_pu import PuRelief, Share

if TYPE_CHECKING:
    from perisai.contributions.rules.in_force import Rules


def pu_json(rules: "Rules") -> dict[str, Any]:
    """Whatever is dated is in the order of its days."""
    pu, tariff = rules.pu, rules.pu.tariff
    question = pu.open_questions.jkp_wage
    shares = (
        "jkm",
        "jht_employer",
        "jht_worker",
        "jp_employer",
        "jp_worker",
        "jp_ceiling",
        "jkp_from_jkk",
        "jkp_from_jkm",
    )
    return {
        "jkk": {
            str(name): {"name": _words(risk.name), "values": _dated(risk.values)}
            for name, risk in tariff.jkk.classes.items()
        },
        **{name: _dated(getattr(tariff, name).values) for name in shares},
        "jkp_ceiling": question.readings[question.chosen].value,
        "reliefs": [_relief(relief) for relief in rules.pu_reliefs],
        "scales": {
            str(name): {
                "name": _words(scale.name),
                "means": _words(scale.means),
                "obligatory": list(scale.obligatory),
                "optional": list(scale.optional),
                "capital_most": _dated(scale.capital_most.values) if scale.capital_most else [],
                "sales_most": _dated(scale.sales_most.values) if scale.sales_most else [],
            }
            for name, scale in pu.scales.items()
        },
        "jkp": {
            "age_below": _dated(pu.jkp.age_below.values),
            "citizens_only": pu.jkp.citizens_only.value,
            "needs_health_insurance": pu.jkp.needs_health_insurance.value,
            "needs": {str(name): list(need.programmes) for name, need in pu.jkp.needs.items()},
        },
        "wages": {
            name: _dated(getattr(pu.wages, name).values)
            for name in ("lowest", "daily_times", "piece_average_months", "seasonal_average_months")
        },
    }


def cover_json(rules: "Rules") -> dict[str, Any]:
    """The readings and which is followed from a day on; due dates by contribution month."""
    cover = rules.cover
    return {
        "lapse": {
            "readings": {
                name: {"months": one.months, "counted": one.counted} for name, one in cover.lapse.readings.items()
            },
            "followed": _followed(cover.lapse.followed),
        },
        "unpaid": {
            "readings": {name: {"protected": one.protected} for name, one in cover.unpaid.readings.items()},
            "followed": _followed(cover.unpaid.followed),
        },
        "grace": [{"since": day.isoformat(), "value": one.value} for day, one in sorted(cover.grace.values.items())],
        "due": {
            str(segment): [
                {"first_month": f"{day:%Y-%m}", "day": one.day, "month": one.month}
                for day, one in sorted(figure.values.items())
            ]
            for segment, figure in cover.due.items()
        },
    }


def _dated(values: Mapping[date, Value | Share]) -> list[dict[str, Any]]:
    return [{"first_month": f"{day:%Y-%m}", "value": one.value} for day, one in sorted(values.items())]


def _followed(values: Mapping[date, Followed]) -> list[dict[str, Any]]:
    return [{"since": day.isoformat(), "reading": one.reading} for day, one in sorted(values.items())]


def _relief(relief: PuRelief) -> dict[str, Any]:
    return {
        "id": relief.id,
        "name": _words(relief.name),
        "part": relief.relief.value,
        "programmes": list(relief.programmes),
        "deferred": relief.deferred.value,
        "deferred_programmes": list(relief.deferred_programmes),
        "first_month": f"{relief.first_month:%Y-%m}",
        "last_month": f"{relief.last_month:%Y-%m}",
    }


def _words(words: Words) -> dict[str, str]:
    return {"id": words.id, "en": words.en}

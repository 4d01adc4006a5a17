"""Writes tariff_pu.json and cover.json: what the law says a wage earner's month costs, worked out in exact fractions from the
sentences below, and cover.yaml as the TypeScript tests read it. On purpose it shares nothing with perisai/ or rules/.
Run: python tests/golden/make_tariff_pu.py"""

import json
from fractions import Fraction
from itertools import product
from pathlib import Path

import yaml

HERE = Path(__file__).parent
JKK = {  # PP 44/2015: employer, by risk of the work, percent of the wage
    "very_low": Fraction("0.24"),
    "low": Fraction("0.54"),
    "medium": Fraction("0.89"),
    "high": Fraction("1.27"),
    "very_high": Fraction("1.74"),
}
CEILINGS = [  # highest wage for JP, from each March on
    ("2020-03", 8_939_700), ("2021-03", 8_754_600), ("2022-03", 9_077_600), ("2023-03", 9_559_600), ("2024-03", 10_042_300),
    ("2025-03", 10_547_400), ("2026-03", 11_086_300),
]  # fmt: skip


def rounded(amount):
    """To the nearest rupiah, a half up."""
    return int(amount + Fraction(1, 2))


def percent(part, wage):
    return rounded(Fraction(part) * wage / 100)


def ceiling(month):
    return [value for first, value in CEILINGS if first <= month][-1]


def one_month(wage, programmes, risk, month):
    """[jkk, jkm, jht, jp, jkp, relief, deferred, worker's JHT, worker's JP, total]"""
    jkk, jkm = percent(JKK[risk], wage), percent("0.30", wage)
    jht_worker = percent(2, wage) if "JHT" in programmes else 0
    jht = percent("3.7", wage) + jht_worker if "JHT" in programmes else 0
    jp_wage = min(wage, ceiling(month)) if "JP" in programmes else 0
    jp_worker = percent(1, jp_wage)
    jp = percent(2, jp_wage) + jp_worker
    total = jkk + jkm + jht + jp
    of_jkk = of_jkm = relief = deferred = 0
    if (
        "JKP" in programmes and month >= "2021-02"
    ):  # PP 37/2021: 0.14 pt of JKK; 0.10 pt of JKM until PP 6/2025 (7 Feb 2025)
        of_jkk = percent("0.14", wage)
        of_jkm = percent("0.10", wage) if month < "2025-02" else 0
    if "2020-08" <= month <= "2021-01":  # PP 49/2020: 1 % of JKK and JKM is owed, 99 % of JP is deferred
        relief = jkk + jkm - percent(1, jkk) - percent(1, jkm)
        deferred = jp - percent(1, jp)
        jp_worker = percent(1, jp_worker)
        total -= relief + deferred
    jkk, jkm, jp = jkk - of_jkk, jkm - of_jkm, jp - deferred
    return [jkk, jkm, jht, jp, of_jkk + of_jkm, relief, deferred, jht_worker, jp_worker, total]


SETS = [
    ("JKK", "JKM"),
    ("JKK", "JKM", "JHT"),
    ("JKK", "JKM", "JHT", "JKP"),
    ("JKK", "JKM", "JHT", "JP"),
    ("JKK", "JKM", "JHT", "JP", "JKP"),
]
MONTHS = [
    "2020-07", "2020-08", "2021-01", "2021-02", "2021-03", "2022-02", "2022-03", "2023-03", "2024-02", "2024-03", "2025-01",
    "2025-02", "2025-03", "2026-02", "2026-03", "2026-11", "2027-02",
]  # fmt: skip
WAGES = [1, 49, 208, 209, 1_000_000, 2_500_000, 3_165_031, 3_500_123, 8_754_600, 8_754_601, 9_559_599, 11_086_300, 11_086_301,
         25_000_000]  # fmt: skip


def cases():
    for wage, programmes, risk in product(WAGES, SETS, ("very_low", "low", "medium", "high", "very_high")):
        if risk not in ("low", "very_high") and wage not in (1, 208, 3_165_031, 25_000_000):
            continue
        months = {month: one_month(wage, programmes, risk, month) for month in MONTHS}
        yield {"wage": wage, "programmes": list(programmes), "risk": risk, "months": months}


def cover():
    told = yaml.safe_load((HERE / "cover.yaml").read_text(encoding="utf-8"))
    return json.dumps(told, indent=1, default=str) + "\n"


def main():
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in cases())
    about = "months: [jkk, jkm, jht, jp, jkp, relief, deferred, worker's JHT, worker's JP, total]; written by make_tariff_pu.py"
    (HERE / "tariff_pu.json").write_text(f'{{"about":{json.dumps(about)},\n"cases":[\n{lines}\n]}}\n', encoding="utf-8")
    (HERE / "cover.json").write_text(cover(), encoding="utf-8")


if __name__ == "__main__":
    main()

"""Writes tariff.json: what the law says a month costs, worked out from the annex (bpu_bands.csv) and the sentences of the
regulations as written below. On purpose it shares nothing with perisai/ or rules/. Run: python tests/golden/make_tariff.py"""

import csv
import json
from itertools import groupby, product
from pathlib import Path

HERE = Path(__file__).parent
RUN = ("2025-11", 18)  # November 2025 to April 2027: before, in and after both windows of PP 50/2025


def month_number(month):
    year, number = month.split("-")
    return int(year) * 12 + int(number) - 1


def months(first, count):
    start = month_number(first)
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(start, start + count)]


def pp50_halves(month, transport, state):
    """PP 50/2025: half of JKK and JKM; transport Jan 2026 to Mar 2027, others Apr to Dec 2026; not from APBN or APBD."""
    if state:
        return False
    return "2026-01" <= month <= "2027-03" if transport else "2026-04" <= month <= "2026-12"


def pp49_leaves_one_percent(month):
    """PP 49/2020: 99 % off JKK and JKM, contributions of August 2020 to January 2021."""
    return "2020-08" <= month <= "2021-01"


def one_month(row, programmes, transport, state, month):
    jkk, jkm = int(row["jkk_1pct"]), int(row["jkm"])
    jht = int(row["jht_2pct"]) if "JHT" in programmes else 0
    owed_jkk, owed_jkm = jkk, jkm
    if pp50_halves(month, transport, state):
        owed_jkk, owed_jkm = int(row["jkk_50"]), int(row["jkm_50"])
    if pp49_leaves_one_percent(month):
        owed_jkk, owed_jkm = exact(jkk, 100), exact(jkm, 100)
    total = owed_jkk + owed_jkm + jht
    return [int(row["base"]), jkk, jkm, jht, jkk + jkm + jht - total, total]


def exact(amount, divisor):
    assert amount % divisor == 0, (amount, divisor)
    return amount // divisor


def case(row, income, programmes, transport, state, first, count):
    prices = [one_month(row, programmes, transport, state, month) for month in months(first, count)]
    runs = [[len(list(same)), *price] for price, same in groupby(prices)]
    return {
        "income": income,
        "programmes": list(programmes),
        "transport": transport,
        "state": state,
        "first": first,
        "count": count,
        "total": sum(price[-1] for price in prices),
        "runs": runs,
    }


def edges(row, following):
    """The first and last rupiah of the band, what the annex prints as its end, and both ends of the gap it leaves."""
    lower = int(row["income_from"])
    if following is None:
        return [lower, lower + 1, 1_000_000_000]
    printed, cut = int(row["income_to"]), int(following["income_from"])
    return sorted({lower, lower + 1, printed, printed + 1, cut - 1})


def cases():
    rows = list(csv.DictReader((HERE / "bpu_bands.csv").open()))
    both, three = ("JKK", "JKM"), ("JKK", "JKM", "JHT")
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        for income, programmes, transport in product(edges(row, following), (both, three), (True, False)):
            yield case(row, income, programmes, transport, False, *RUN)
        for programmes, transport in product((both, three), (True, False)):
            yield case(row, int(row["income_from"]), programmes, transport, True, *RUN)
            yield case(row, int(row["income_from"]), programmes, transport, False, "2020-06", 10)
    for row in (rows[0], rows[9], rows[32]):
        starts = ("2025-12", "2026-01", "2026-03", "2026-04", "2026-11", "2026-12", "2027-01", "2027-03", "2027-04")
        for first, count, programmes, transport in product(starts, (1, 3, 6, 12), (both, three), (True, False)):
            yield case(row, int(row["income_from"]), programmes, transport, False, first, count)


def main():
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in cases())
    about = "each run: [how many months, base, jkk, jkm, jht, relief, total]; written by make_tariff.py"
    (HERE / "tariff.json").write_text(f'{{"about":{json.dumps(about)},\n"cases":[\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()

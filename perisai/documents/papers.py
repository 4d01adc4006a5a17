"""Receipt, bill, order, receipt for cash and yearly statement as PDF, each with a number and a QR by which anybody can check it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from perisai import written
from perisai.custody import parts
from perisai.documents import facts, number, pdf
from perisai.documents.words import moment, months, rupiah, say
from perisai.errors import Refused
from perisai.events.work import Work, branch_day
from perisai.payments.books.ledger import Income
from perisai.payments.books.shares import PROGRAMMES, add, shares
from perisai.written import Language, long_month

_TEMPLATE: Final = Path(__file__).parent / "paper" / "document.typ"
MOST_BILLS: Final = 300
"""On the paper of an order: what is more is in its table."""


@dataclass(frozen=True)
class Made:
    name: str
    data: bytes
    number: number.Number


@dataclass
class Draft:
    """A paper on its way. ``pairs`` beside the sum, ``rows`` under ``head`` (``align``: l or r each), then ``notes``."""

    kind: str
    subject_id: UUID
    amount: int
    span: tuple[date | None, date | None]
    pairs: list[tuple[str, str]]
    head: list[str] = field(default_factory=list)
    align: str = ""
    rows: list[list[str]] = field(default_factory=list)
    total: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stop: str = ""


def receipt(
    work: Work, *, branch_id: int, payment_id: UUID, language: Language, enrolment_id: UUID | None = None
) -> Made:
    """Of one payment. ``enrolment_id``: for the holder of this member's link, who learns no name. Raises E1004."""
    found = facts.receipt(work, branch_id, payment_id)
    _check_owner(found, enrolment_id)
    pairs = [
        *_who(found, language, is_public=enrolment_id is not None),
        (say("paid_by", language), found["payer"] or say("self", language)),
        (say("paid_at", language), moment(found["paid_at"], found["timezone"], language)),
        (say("confirmed_at", language), moment(found["confirmed_at"], found["timezone"], language)),
        (say("bank", language), found["bank"]),
    ]
    if found["reference_no"]:
        pairs.append((say("reference", language), found["reference_no"]))
    draft = Draft("receipt", payment_id, found["amount"], _span(found), pairs)
    _add_lines(draft, found["lines"], language)
    draft.notes = [say("receipt_note", language)]
    if found["reversed_at"]:
        draft.stop, draft.notes = say("reversed_note", language), []
    return _make(work, branch_id, draft, found, language)


def bill(work: Work, *, branch_id: int, bill_id: UUID, language: Language, enrolment_id: UUID | None = None) -> Made:
    """Of one bill, whatever became of it. ``enrolment_id`` as for ``receipt``. Raises E1004."""
    found = facts.bill(work, branch_id, bill_id)
    _check_owner(found, enrolment_id)
    code = found["payment_code"]
    is_nik = len(code) == 16 and code.isdecimal()
    pairs = [
        *_who(found, language, is_public=enrolment_id is not None),
        (say("state", language), say(found["state"], language)),
        (say("code", language), say("nik", language) if is_nik else code),
        (say("pay_by", language), moment(found["pay_by"], found["timezone"], language)),
    ]
    if found["payer"]:
        pairs.append((say("paid_by", language), found["payer"]))
    draft = Draft("bill", bill_id, found["amount"], _span(found), pairs)
    _add_lines(draft, found["lines"], language)
    draft.notes = [say("bill_note", language)] if found["state"] == "open" else []
    return _make(work, branch_id, draft, found, language)


def order(work: Work, *, branch_id: int, order_id: UUID, language: Language) -> Made:
    """Of a payment order: its code and its bills. Raises E1004."""
    found, bills = facts.order(work, branch_id, order_id, MOST_BILLS)
    pairs = [
        (say("payer", language), found["payer"] or "–"),
        (say("code", language), found["code"]),
        (say("state", language), say(found["state"], language)),
        (say("pay_by", language), moment(found["pay_by"], found["timezone"], language)),
        (say("bills", language), written.number(found["count"])),
    ]
    draft = Draft("order", order_id, found["amount"], (None, None), pairs)
    rows = [
        ([one["name"], one["kpj"] or "–", _of_bill(one, language)], shares(one["lines"]), one["amount"])
        for one in bills
    ]
    _add_shares(draft, rows, language)
    more = found["count"] - len(bills)
    draft.notes = [say("more", language).format(n=more)] if more else []
    draft.notes += [say("order_note", language)] if found["state"] == "open" else []
    return _make(work, branch_id, draft, found, language)


def cash(work: Work, *, branch_id: int, receipt_id: UUID, language: Language) -> Made:
    """Of a receipt for cash: for whom and for which programmes, and that the money is with an agent or where it is by now. Raises
    E1004."""
    found, lines = facts.cash(work, branch_id, receipt_id)
    by_line = parts.of_receipt(work, branch_id=branch_id, receipt_id=receipt_id)
    pairs = [
        (say("payer", language), found["payer_name"]),
        (say("agent", language), f"{found['agent']} ({found['agent_code']})"),
        (say("cash_number", language), found["number"]),
        (say("taken_at", language), moment(found["captured_at"], found["timezone"], language)),
        (say("state", language), say(f"cash_{found['state']}", language)),
        (say("cash_settled", language).capitalize(), rupiah(sum(line["settled"] for line in lines))),
    ]
    draft = Draft("cash", receipt_id, found["amount"], (None, None), pairs)
    rows = [
        ([line["name"], line["kpj"] or "–", _of_line(line, language)], by_line.get(line["n"]), line["amount"])
        for line in lines
    ]
    _add_shares(draft, rows, language)
    draft.notes = [say("cash_note", language)] if found["state"] == "held" else []
    draft.stop = say("cash_void_note", language) if found["state"] == "void" else ""
    return _make(work, branch_id, draft, found, language)


def year(
    work: Work, *, branch_id: int, enrolment_id: UUID, of: int, language: Language, is_public: bool = False
) -> Made:
    """What was paid for the months of a year, by programme and by whom, and the JHT dues gathered: dues alone, nothing promised.
    Raises E1004, and E4904 for a year that has not begun."""
    found = facts.member(work, branch_id, enrolment_id)
    if not 2016 <= of <= branch_day(work.now, found["timezone"]).year:
        raise Refused("E4904")
    paid, gathered = facts.year(work, branch_id, enrolment_id, of)
    sums = {part: sum(one[part] for one in paid) for part in ("jkk", "jkm", "jht", "jp", "jkp", "relief")}
    total = sum(sums.values()) - 2 * sums["relief"]
    shown = [part for part in ("jkk", "jkm", "jht", "jp", "jkp", "relief") if sums[part] or part in ("jkk", "jkm")]
    draft = Draft("year", enrolment_id, total, (date(of, 1, 1), date(of, 12, 1)), [])
    draft.pairs = [
        (say("year_of", language), str(of)),
        *_who(found, language, is_public=is_public),
        (say("months_paid", language), str(len(paid))),
        (say("jht_sum", language), rupiah(gathered)),
    ]
    titles = [part.upper() if part != "relief" else say("relief", language) for part in shown]
    draft.head = [say("month", language), *titles, say("total", language), say("paid_by", language)]
    draft.align = "l" + "r" * (len(shown) + 1) + "l"
    for one in paid:
        amount = sum(one[part] for part in ("jkk", "jkm", "jht", "jp", "jkp")) - one["relief"]
        who = one["payer"] or say("elsewhere" if one["is_elsewhere"] else "self", language)
        draft.rows.append(
            [long_month(one["month"], language), *(_part(one, part) for part in shown), rupiah(amount), who]
        )
    draft.total = [say("total", language), *(_part(sums, part) for part in shown), rupiah(total), ""] if paid else []
    draft.notes = ([] if paid else [say("none_paid", language)]) + [say("jht_note", language)]
    return _make(work, branch_id, draft, found, language)


def _make(work: Work, branch_id: int, draft: Draft, found: dict[str, Any], language: Language) -> Made:
    given = number.give(
        work,
        branch_id=branch_id,
        kind=draft.kind,
        subject_id=draft.subject_id,
        amount=draft.amount,
        months=draft.span,
        says=[draft.pairs, draft.rows, draft.total, draft.stop],
    )
    made = say("issued_at", language)
    told = {
        "title": say(draft.kind, language),
        "number": given.text,
        "language": language,
        "branch": found["branch"],
        "demo": found["is_demo"],
        "stop": draft.stop,
        "sum": rupiah(draft.amount),
        "facts": draft.pairs,
        "head": draft.head,
        "align": list(draft.align),
        "rows": draft.rows,
        "total": draft.total,
        "notes": draft.notes,
        "qr": pdf.qr(given.address),
        "find": (settings.ORIGIN + number.LINKS.path).removeprefix("https://").removeprefix("http://"),
        "made": f"{made} {moment(work.now, found['timezone'], language)}. {found['branch_address']}".strip(),
        "words": {key: say(key, language) for key in ("number", "example", "check", "page")},
    }
    return Made(f"perisai-{draft.kind}-{given.text}.pdf", pdf.render(_TEMPLATE, told), given)


def _who(found: dict[str, Any], language: Language, *, is_public: bool) -> list[tuple[str, str]]:
    """On a paper for whoever holds a link: first name and initial, no number."""
    programmes = (say("programmes", language), " + ".join(found["programmes"]))
    if is_public:
        return [(say("member", language), short_name(found["name"])), programmes]
    who = [(say("member", language), found["name"]), (say("nik", language), found["nik_masked"])]
    return [*who, *([(say("kpj", language), found["kpj"])] if found["kpj"] else []), programmes]


def short_name(name: str) -> str:
    """``Siti R.``: enough to recognise oneself."""
    first, *rest = name.split()
    return f"{first} {rest[-1][0]}." if rest else first


def _add_lines(draft: Draft, lines: list[list[Any]], language: Language) -> None:
    """A line for each month. Lines of wage earners go on with JP and JKP."""
    parts = ["JKK", "JKM", "JHT"] + (["JP", "JKP"] if any(len(line) > 7 for line in lines) else [])
    draft.head = [
        say("month", language),
        say("base", language),
        *parts,
        say("relief", language),
        say("total", language),
    ]
    draft.align = "l" + "r" * (len(draft.head) - 1)
    for name, base, jkk, jkm, jht, relief, total, *more in lines:
        amounts = [jkk, jkm, jht, *more][: len(parts)]
        cells = [rupiah(base), *(rupiah(each) for each in amounts), rupiah(-relief) if relief else "–", rupiah(total)]
        draft.rows.append([long_month(date.fromisoformat(f"{name}-01"), language), *cells])
    if len(lines) > 1:
        draft.total = [say("total", language), *[""] * (len(draft.head) - 2), rupiah(draft.amount)]


def _add_shares(draft: Draft, rows: Sequence[tuple[list[str], Income | None, int]], language: Language) -> None:
    """A line for each member or bill: who and for when, what goes to each programme after relief (nothing where nobody can say),
    and the whole; beneath them the sums of the programmes, where every line is there and says them."""
    known = [income for _, income, _ in rows if income is not None]
    sums = add(known)
    shown = [at for at in range(len(PROGRAMMES)) if at < 2 or sums[at]]
    draft.head = [say(key, language) for key in ("member", "kpj", "month")]
    draft.head += [*(PROGRAMMES[at] for at in shown), say("total", language)]
    draft.align = "lll" + "r" * (len(shown) + 1)
    for who, income, amount in rows:
        cells = [rupiah(income[at]) if income and income[at] else "–" for at in shown]
        draft.rows.append([*who, *cells, rupiah(amount)])
    is_whole = len(known) == len(rows) and sums.total == draft.amount
    draft.total = [say("total", language), "", "", *(rupiah(sums[at]) if is_whole else "" for at in shown)]
    draft.total.append(rupiah(draft.amount))


def _of_line(line: dict[str, Any], language: Language) -> str:
    first, last = line["first_month"], line["last_month"]
    return months(first, last or first, language) if first else "–"


def _part(row: dict[str, Any], part: str) -> str:
    amount = -row[part] if part == "relief" else row[part]
    return rupiah(amount) if amount else "–"


def _check_owner(found: dict[str, Any], enrolment_id: UUID | None) -> None:
    if enrolment_id is not None and found["enrolment_id"] != enrolment_id:
        raise Refused("E1004")


def _span(found: dict[str, Any]) -> tuple[date, date]:
    return found["first_month"], last_month(found["first_month"], found["months"])


def _of_bill(one: dict[str, Any], language: Language) -> str:
    return months(one["first_month"], last_month(one["first_month"], one["months"]), language)


def last_month(first: date, count: int) -> date:
    """The last of ``count`` months in a row."""
    for _ in range(count - 1):
        first = (first + timedelta(days=32)).replace(day=1)
    return first

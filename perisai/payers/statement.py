"""What a sponsor is told: months, bills, what is paid and what is left of the budget; and its members as a table."""

from pathlib import Path
from typing import Any, Final

from django.conf import settings

from perisai.accounts import words
from perisai.accounts.audience import Viewer
from perisai.documents import number, papers
from perisai.documents import pdf as typst
from perisai.documents.words import moment, months, rupiah, say
from perisai.events.work import Work
from perisai.payers import queries
from perisai.tables.writing import Sheet, write_xlsx
from perisai.written import long_month

_TEMPLATE: Final = Path(papers.__file__).parent / "paper" / "document.typ"
MOST_ROWS: Final = 10_000


def pdf(work: Work, sponsor: dict[str, Any]) -> papers.Made:
    """Sums alone, no names. ``sponsor`` as of ``queries.sponsor``."""
    language = words.language()
    rows = list(reversed(queries.months(work, sponsor["branch_id"], sponsor["id"])))
    used = sponsor["paid"] + sponsor["open"]
    pairs = [
        (say("payer", language), sponsor["name"]),
        (say("contract", language), sponsor["reference"] or "–"),
        (say("period", language), months(sponsor["first_month"], sponsor["last_month"], language)),
        (say("members", language), str(sponsor["members"])),
        (say("paid", language).capitalize(), rupiah(sponsor["paid"])),
        (say("unpaid", language), rupiah(sponsor["open"])),
    ]
    if sponsor["budget"]:
        pairs += [(say("budget", language), rupiah(sponsor["budget"]))]
        pairs += [(say("left", language), rupiah(sponsor["budget"] - used))]
    head = [say(key, language) for key in ("month", "bills", "total", "paid")]
    lines = [[long_month(r["month"], language), str(r["bills"]), rupiah(r["amount"]), rupiah(r["paid"])] for r in rows]
    total = [say("total", language), str(sum(r["bills"] for r in rows)), rupiah(used), rupiah(sponsor["paid"])]
    given = number.give(
        work,
        branch_id=sponsor["branch_id"],
        kind="sponsor",
        subject_id=sponsor["id"],
        amount=used,
        months=(sponsor["first_month"], sponsor["last_month"]),
        says=[pairs, lines, f"{work.now:%Y-%m-%d}"],
    )
    facts = {
        "title": say("sponsor", language),
        "number": given.text,
        "language": language,
        "branch": sponsor["branch"],
        "demo": settings.IS_DEMO,
        "stop": "",
        "sum": rupiah(used),
        "facts": pairs,
        "head": [head[0], head[1], head[2], head[3].capitalize()],
        "align": ["l", "r", "r", "r"],
        "rows": lines,
        "total": total if lines else [],
        "notes": [],
        "qr": typst.qr(given.address),
        "find": (settings.ORIGIN + number.LINKS.path).removeprefix("https://").removeprefix("http://"),
        "made": f"{say('issued_at', language)} {moment(work.now, sponsor['timezone'], language)}",
        "words": {key: say(key, language) for key in ("number", "example", "check", "page")},
    }
    return papers.Made(f"perisai-sponsor-{given.text}.pdf", typst.render(_TEMPLATE, facts), given)


def table(work: Work, viewer: Viewer, sponsor: dict[str, Any]) -> bytes:
    """Its members of the viewer's part with the months that are funded; NIKs masked."""
    rows = queries.funded(work, viewer=viewer, branch_id=sponsor["branch_id"], sponsor_id=sponsor["id"], most=MOST_ROWS)
    titles = ["Nama", "NIK", "Bulan pertama", "Bulan terakhir", "Lunas sampai", "Agen"]
    cells = [
        [r["name"], r["nik_masked"], r["first_month"], r["last_month"], r["paid_through"], r["agent"] or ""]
        for r in rows
    ]
    return write_xlsx(Sheet("Peserta", titles, cells))

"""The simulated banks' statements: what they told us on these days, as MT940, with what real statements have that nobody told us.

``/simulate/mutasi/<bank>/``: of the days since the last statement that was taken, up to yesterday.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from perisai.accounts.audience import PageRequest, Role, audience
from perisai.events.work import Work
from perisai.payments.snap.exchange import bank_day

ACCOUNTS: Final = {"demo-hmac": "1190098765001", "demo-rsa": "5540087654002"}
OPENING: Final = 25_000_000
FIRST_DAYS: Final = 8
FEE: Final = 6_500
UNTOLD: Final = 36_800
_UNMATCHED, _AMOUNT, _DOUBLE = 1, 2, 3
"""Which payment of the last day is left out, stands with another amount, and stands twice."""

# Carried by the unique key of the day's first notifications.
_TOLD: Final = """
SELECT n.day, n.amount, n.payment_code, n.payment_request_id FROM payments_notification n
WHERE n.bank_id = %s AND n.day BETWEEN %s AND %s AND n.repeat_of IS NULL AND n.state IN ('credited', 'resolved', 'suspense')
  AND n.amount > 0 ORDER BY n.day, n.id
"""
_LAST = "SELECT last_on, closing FROM reconciliation_statement WHERE account_id = %s ORDER BY last_on DESC LIMIT 1"
Line = tuple[date, int, str, str]


@audience(Role.HEAD_OFFICE)
@require_GET
def download(request: PageRequest, bank_id: str) -> HttpResponse:
    if not settings.IS_DEMO or bank_id not in ACCOUNTS:
        raise Http404
    data, last_on = following(request.work, bank_id, request.work.now)
    name = f"mutasi-{bank_id}-{last_on:%Y%m%d}.sta"
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(data, content_type="text/plain; charset=utf-8", headers={"Content-Disposition": disposition})


def following(work: Work, bank_id: str, now: datetime) -> tuple[bytes, date]:
    """The statement that comes next, up to yesterday, with its odd lines on the last day."""
    row = work.row(_LAST, [bank_id])
    yesterday = bank_day(now) - timedelta(days=1)
    first_on, opening = (
        (row[0] + timedelta(days=1), row[1]) if row else (yesterday - timedelta(days=FIRST_DAYS), OPENING)
    )
    last_on = max(first_on, yesterday)
    return write(bank_id, first_on, opening, _odd(told(work, bank_id, first_on, last_on), last_on), last_on), last_on


def told(work: Work, bank_id: str, first_on: date, last_on: date) -> list[Line]:
    """(day, rupiah, text, reference) of what the bank told us."""
    return [
        (day, amount, f"VA {code} {request_id}", request_id[-16:])
        for day, amount, code, request_id in work.rows(_TOLD, [bank_id, first_on, last_on])
    ]


def write(bank_id: str, first_on: date, opening: int, lines: Iterable[Line], last_on: date) -> bytes:
    """As MT940."""
    said: list[Any] = [f":20:MUTASI{last_on:%y%m%d}", f":25:{ACCOUNTS[bank_id]}", ":28C:1/1"]
    said.append(f":60F:C{first_on:%y%m%d}IDR{opening},00")
    closing = opening
    for day, amount, text, reference in lines:
        closing += amount
        mark = "C" if amount > 0 else "D"
        said += [f":61:{day:%y%m%d}{day:%m%d}{mark}{abs(amount)},00NTRFNONREF//{reference}", f":86:{text}"]
    return "\r\n".join([*said, f":62F:C{last_on:%y%m%d}IDR{closing},00", "-", ""]).encode()


def _odd(lines: list[Line], last_on: date) -> list[Line]:
    """One payment missing, one with another amount, one twice, cash that nobody told us of, and the bank's fee."""
    latest = max((at for at, *_ in lines), default=last_on)
    before, of_day = [one for one in lines if one[0] != latest], [one for one in lines if one[0] == latest]
    if len(of_day) > _DOUBLE:
        day, amount, text, reference = of_day[_AMOUNT]
        of_day[_AMOUNT] = (day, amount - 2_500, text, reference)
        of_day.append(of_day[_DOUBLE])
        del of_day[_UNMATCHED]
    cash: Line = (last_on, UNTOLD, "SETORAN TUNAI TELLER 0119 IURAN BPJS", "TLR0119000233")
    return [*before, *of_day, cash, (last_on, -FEE, "BIAYA ADMINISTRASI", "ADM0000000001")]

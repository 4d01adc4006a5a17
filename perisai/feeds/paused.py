"""What is written when a web hook is paused: to who made it and to those of its office who may let it go on, once a pause."""

from datetime import timedelta
from typing import Final, LiteralString
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from perisai.events.work import Work
from perisai.feeds.area import MAKERS
from perisai.feeds.models import Subscription
from perisai.messages import outbox

GOOD_FOR: Final = timedelta(days=7)

# The office by its primary key, its people by their foreign key.
_PEOPLE: LiteralString = """
SELECT u.email, u.language FROM accounts_user u
WHERE u.is_active AND u.email <> '' AND (u.id = %(maker)s OR (u.office_id = %(office)s AND u.role = ANY(%(roles)s)))
ORDER BY u.id
"""
_OFFICE: LiteralString = "SELECT timezone FROM offices_office WHERE id = %s"
_TEXT: Final = {
    "id": """Perisai: kiriman peristiwa "{name}" dihentikan {at}.

Penerimanya ({host}) {why}. Tidak ada yang hilang: peristiwa menunggu dan dikirim menurut urutannya.

Agar berjalan lagi:
1. Hubungi {contact} dan pastikan penerimanya menjawab 2xx.
2. Buka {address}
3. Tekan "Kirim peristiwa uji", lalu "Lanjutkan". Kiriman meneruskan dari tempatnya berhenti.""",
    "en": """Perisai: the web hook "{name}" was paused on {at}.

Its receiver ({host}) {why}. Nothing is lost: events wait and are sent in their order.

To let it go on:
1. Ask {contact}, and make sure that the receiver answers 2xx.
2. Open {address}
3. Press "Send a test event", then "Go on". It continues where it stopped.""",
}
_GONE: Final = {
    "id": "menjawab 410: alamat itu tidak dipakai lagi",
    "en": "answered 410: that address is used no more",
}
_FAILED: Final = {
    "id": "tiga hari tidak menerima apa pun (terakhir: {problem})",
    "en": "took nothing for three days (last: {problem})",
}


def write(work: Work, *, subscription: Subscription, is_gone: bool, problem: str) -> int:
    """Queues the e-mails; how many. Two statements and that of the messages. The Work's scope holds the office."""
    asked = {"maker": subscription.made_by, "office": subscription.office_id, "roles": [str(role) for role in MAKERS]}
    people = work.rows(_PEOPLE, asked)
    zone = work.row(_OFFICE, [subscription.office_id])
    at = work.now.astimezone(ZoneInfo(zone[0] if zone else "Asia/Jakarta"))
    texts = [
        outbox.Text(
            purpose="feed_paused",
            phone="",
            email=email,
            body=_body(subscription, f"{at:%Y-%m-%d %H:%M}", "en" if language == "en" else "id", is_gone, problem),
            good_until=work.now + GOOD_FOR,
        )
        for email, language in people
    ]
    outbox.queue_many(work, branch_id=subscription.office_id, agent_id=None, texts=texts)
    return len(texts)


def _body(subscription: Subscription, at: str, language: str, is_gone: bool, problem: str) -> str:
    why = _GONE[language] if is_gone else _FAILED[language].format(problem=problem or "–")
    return _TEXT[language].format(
        name=subscription.name,
        host=subscription.address.split("/")[2],
        contact=subscription.contact,
        at=at,
        why=why,
        address=settings.ORIGIN + reverse("feeds:hook", args=[subscription.id]),
    )

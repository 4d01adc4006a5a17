"""Reads of keys and subscriptions for screens: those of the viewer's own part of the country, and of offices above that read it."""

from datetime import timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from perisai.accounts.audience import Viewer
from perisai.events.work import Work
from perisai.feeds.area import MAKERS

WAITING: Final[dict[str, str | Promise]] = {
    "stuck": _("Feeds of events that do not arrive"),
    "expiring": _("Read keys that end within two weeks"),
}
LATE: Final = timedelta(hours=1)
SOON: Final = timedelta(days=14)
PAGE: Final = 50

# A few hundred rows; the office tree by primary key.
_SEEN: LiteralString = "(o.path @> ARRAY[%(office)s::int] OR o.id = ANY(%(above)s::int[]))"
_KEYS: LiteralString = (
    """
SELECT k.id, k.name, k.contact, k.may, k.per_minute, k.expires_at, k.made_at, k.revoked_at, o.id AS office_id, o.name AS office,
  o.path @> ARRAY[%(office)s::int] AS is_own, m.full_name AS maker, r.full_name AS revoker,
  u.last_at, coalesce(u.answered, 0) AS answered, coalesce(u.refused, 0) AS refused
FROM feeds_key k JOIN offices_office o ON o.id = k.office_id
LEFT JOIN accounts_user m ON m.id = k.made_by LEFT JOIN accounts_user r ON r.id = k.revoked_by
LEFT JOIN LATERAL (SELECT max(last_at) AS last_at, sum(answered)::bigint AS answered, sum(refused)::bigint AS refused
  FROM feeds_key_use WHERE key_id = k.id) u ON true
WHERE (%(key)s::uuid IS NULL OR k.id = %(key)s::uuid) AND """
    + _SEEN
    + " ORDER BY k.revoked_at IS NOT NULL, k.made_at DESC LIMIT 500"
)
_SECRETS: LiteralString = (
    "SELECT hint, made_at, ends_at FROM feeds_key_secret WHERE key_id = %s ORDER BY made_at DESC LIMIT 10"
)
# Cursors by cursor_subscription, within the viewer's branches by row-level security.
_SUBSCRIPTIONS: LiteralString = (
    """
SELECT s.id, s.name, s.contact, s.address, s.kinds, s.state, s.tries, s.next_at, s.failing_since, s.paused_at, s.old_until,
  s.test_asked_at, s.test_at, s.test_status, s.test_problem, s.made_at, s.changed_at, o.id AS office_id, o.name AS office,
  o.kind AS office_kind, o.timezone, o.path @> ARRAY[%(office)s::int] AS is_own, m.full_name AS maker,
  coalesce(c.behind, 0) AS behind, c.delivered_at, coalesce(c.failing, 0) AS failing
FROM feeds_subscription s JOIN offices_office o ON o.id = s.office_id LEFT JOIN accounts_user m ON m.id = s.made_by
LEFT JOIN LATERAL (
  SELECT sum(greatest(p.number - c.number, 0))::bigint AS behind, max(c.delivered_at) AS delivered_at,
    count(*) FILTER (WHERE c.failing_since IS NOT NULL) AS failing
  FROM feeds_cursor c JOIN events_position p ON p.branch_id = c.branch_id WHERE c.subscription_id = s.id) c ON true
WHERE (%(subscription)s::uuid IS NULL OR s.id = %(subscription)s::uuid) AND """
    + _SEEN
    + " ORDER BY s.state = 'ended', s.made_at DESC LIMIT 500"
)
_CURSORS: LiteralString = """
SELECT c.branch_id, o.name AS branch, c.number, p.number AS position, greatest(p.number - c.number, 0) AS behind, c.delivered_at,
  c.failing_since, c.problem, c.next_at
FROM feeds_cursor c JOIN events_position p ON p.branch_id = c.branch_id JOIN offices_office o ON o.id = c.branch_id
WHERE c.subscription_id = %s ORDER BY c.failing_since NULLS LAST, p.number - c.number DESC, c.branch_id LIMIT 20
"""
# By delivery_newest.
_DELIVERIES: LiteralString = """
SELECT d.id, d.branch_id, o.name AS branch, d.message, d.first, d.last, d.events, d.at, d.took_ms, d.status, d.problem
FROM feeds_delivery d JOIN offices_office o ON o.id = d.branch_id
WHERE d.subscription_id = %(subscription)s AND (%(before)s::uuid IS NULL OR d.id < %(before)s::uuid)
  AND (NOT %(failed)s OR d.status IS NULL OR d.status NOT BETWEEN 200 AND 299)
ORDER BY d.id DESC LIMIT %(limit)s
"""
_WAITING: LiteralString = """
SELECT (SELECT count(*) FROM feeds_subscription s JOIN offices_office o ON o.id = s.office_id
    WHERE o.path @> ARRAY[%(office)s::int] AND (s.state = 'paused' OR (s.state = 'on' AND s.failing_since < %(late)s))),
  (SELECT count(*) FROM feeds_key k JOIN offices_office o ON o.id = k.office_id
    WHERE o.path @> ARRAY[%(office)s::int] AND k.revoked_at IS NULL AND k.expires_at > %(now)s AND k.expires_at < %(soon)s)
"""


def keys(work: Work, *, viewer: Viewer, key_id: UUID | None = None) -> list[dict[str, Any]]:
    return work.dicts(_KEYS, _asked(viewer) | {"key": key_id})


def secrets_of(work: Work, key_id: UUID) -> list[dict[str, Any]]:
    return work.dicts(_SECRETS, [key_id])


def subscriptions(work: Work, *, viewer: Viewer, subscription_id: UUID | None = None) -> list[dict[str, Any]]:
    """``behind``: events of the viewer's branches that have not been delivered yet."""
    return work.dicts(_SUBSCRIPTIONS, _asked(viewer) | {"subscription": subscription_id})


def cursors(work: Work, subscription_id: UUID) -> list[dict[str, Any]]:
    """Of the twenty branches that need a look most."""
    return work.dicts(_CURSORS, [subscription_id])


def deliveries(work: Work, subscription_id: UUID, *, before: UUID | None, failed: bool) -> list[dict[str, Any]]:
    """A page and one more, newest first."""
    asked = {"subscription": subscription_id, "before": before, "failed": failed, "limit": PAGE + 1}
    return work.dicts(_DELIVERIES, asked)


def waiting(work: Work, *, viewer: Viewer) -> list[tuple[str, int, str]]:
    """(key, how many, where they are listed). One statement."""
    if viewer.role not in MAKERS:
        return []
    asked = {"office": viewer.office.id, "now": work.now, "late": work.now - LATE, "soon": work.now + SOON}
    stuck, expiring = work.row(_WAITING, asked) or (0, 0)
    return [("stuck", stuck, "/console/feeds/"), ("expiring", expiring, "/console/feeds/")]


def _asked(viewer: Viewer) -> dict[str, Any]:
    return {"office": viewer.office.id, "above": list(viewer.office.path)}

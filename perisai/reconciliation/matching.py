"""Finds each line of a statement among what the bank told us, set-based, and puts what does not agree on the list.

Run as often as one likes: what is matched stays, what agrees now leaves the list, and the same lines and notifications give the
same matches, for ties are broken by day and then by the order in which things came. The account's row is held: two runs at once are
one after the other, and a run that is killed leaves nothing.
"""

from typing import Any, Final, LiteralString

from perisai.errors import Refused
from perisai.events.work import Work

ROUNDS: Final = 50
"""Each round matches the best pair of every line and every notification; what is left has ties that shrink with each round."""

_ACCOUNT = """
SELECT window_days, fee_each, fee_bps, settles FROM reconciliation_account WHERE bank_id = %s FOR UPDATE
"""

# Open lines by line_open; notifications by the unique key (bank, day, external id) of the day's first ones.
_SIDES: LiteralString = """
WITH line AS (
  SELECT id, booked_on, amount, code, reference, tokens FROM reconciliation_line
  WHERE bank_id = %(bank)s AND state = 'open' AND amount > 0
), bounds AS (
  SELECT min(first_on) - %(window)s AS first_on, max(last_on) AS last_on FROM reconciliation_statement WHERE account_id = %(bank)s
), notice AS (
  SELECT n.id, n.day, n.amount, n.payment_code AS code, n.branch_id, n.payment_request_id, n.external_id,
    n.amount - %(fee)s - n.amount * %(bps)s / 10000 AS net
  FROM payments_notification n, bounds b
  WHERE n.bank_id = %(bank)s AND n.repeat_of IS NULL AND n.day BETWEEN b.first_on AND b.last_on + %(window)s
    AND n.state IN ('credited', 'resolved', 'suspense') AND n.amount > 0
    AND NOT EXISTS (SELECT FROM reconciliation_match m WHERE m.notification_id = n.id)
)
"""

# A reference is the bank's id of the request, its X-EXTERNAL-ID, or the reference number that the payment kept.
_NAMED: LiteralString = """
, named AS (
  SELECT id, payment_request_id AS word FROM notice WHERE payment_request_id IS NOT NULL
  UNION SELECT id, external_id FROM notice
  UNION SELECT n.id, p.reference_no FROM notice n
    JOIN payments_payment p ON p.branch_id = n.branch_id AND p.id = n.id WHERE p.reference_no <> ''
)
"""
_BY_REFERENCE: LiteralString = """
, said AS (
  SELECT DISTINCT l.id AS line_id, w.id AS notification_id
  FROM line l CROSS JOIN LATERAL unnest(l.tokens) AS t (word) JOIN named w ON w.word = t.word
)
"""
_BY_CODE: LiteralString = """
, said AS (
  SELECT l.id AS line_id, n.id AS notification_id FROM line l JOIN notice n ON n.code = l.code WHERE l.code <> ''
)
"""

_PAIR: LiteralString = """
, pair AS (
  SELECT s.line_id, s.notification_id, n.amount - l.amount AS fee,
    row_number() OVER (PARTITION BY s.line_id ORDER BY abs(l.booked_on - n.day), n.id) AS of_line,
    row_number() OVER (PARTITION BY s.notification_id ORDER BY abs(l.booked_on - n.day), l.id) AS of_notice
  FROM said s JOIN line l ON l.id = s.line_id JOIN notice n ON n.id = s.notification_id
  WHERE l.amount IN (n.amount, n.net) AND abs(l.booked_on - n.day) <= %(window)s
), made AS (
  INSERT INTO reconciliation_match (notification_id, line_id, how, fee, matched_at)
  SELECT notification_id, line_id, %(how)s, fee, %(now)s FROM pair WHERE of_line = 1 AND of_notice = 1
  RETURNING line_id
)
UPDATE reconciliation_line SET state = 'matched' WHERE id IN (SELECT line_id FROM made)
"""

_DAY_SUMS: LiteralString = """
, total AS (
  SELECT day, sum(amount)::bigint AS amount, sum(net)::bigint AS net FROM notice GROUP BY day
), pair AS (
  SELECT l.id AS line_id, t.day, row_number() OVER (PARTITION BY l.id ORDER BY l.booked_on - t.day, t.day) AS of_line,
    row_number() OVER (PARTITION BY t.day ORDER BY l.booked_on - t.day, l.id) AS of_day, l.amount = t.net AS is_net
  FROM line l JOIN total t ON l.booked_on - t.day BETWEEN 0 AND %(window)s AND l.amount IN (t.amount, t.net)
), made AS (
  INSERT INTO reconciliation_match (notification_id, line_id, how, fee, matched_at)
  SELECT n.id, p.line_id, %(how)s, CASE WHEN p.is_net THEN n.amount - n.net ELSE 0 END, %(now)s
  FROM pair p JOIN notice n ON n.day = p.day WHERE p.of_line = 1 AND p.of_day = 1
  RETURNING line_id
)
UPDATE reconciliation_line SET state = 'matched' WHERE id IN (SELECT line_id FROM made)
"""

_CLEAR = """
WITH cleared AS (
  UPDATE reconciliation_item i SET state = 'cleared', decided_at = %(now)s
  WHERE i.bank_id = %(bank)s AND i.state IN ('open', 'waiting') AND (
    EXISTS (SELECT FROM reconciliation_line l WHERE l.id = i.line_id AND l.state = 'matched')
    OR i.line_id IS NULL AND (
      EXISTS (SELECT FROM reconciliation_match m WHERE m.notification_id = i.notification_id)
      OR EXISTS (SELECT FROM reconciliation_item o WHERE o.bank_id = i.bank_id AND o.kind = 'amount'
                   AND o.notification_id = i.notification_id AND o.state IN ('open', 'waiting'))))
  RETURNING i.id
)
INSERT INTO reconciliation_note (item_id, at, what, text) SELECT id, %(now)s, 'cleared', '' FROM cleared
"""

# What no step could match, and why as far as can be seen: the amount differs, the same money stands twice, or nobody told us.
_LIST_LINES: LiteralString = """
, said AS (
  SELECT l.id AS line_id, w.id AS notification_id
  FROM line l CROSS JOIN LATERAL unnest(l.tokens) AS t (word) JOIN named w ON w.word = t.word
  UNION
  SELECT l.id, n.id FROM line l JOIN notice n ON n.code = l.code WHERE l.code <> ''
), near AS (
  SELECT s.line_id, n.id AS notification_id, n.amount, n.branch_id,
    row_number() OVER (PARTITION BY s.line_id ORDER BY abs(l.booked_on - n.day), n.id) AS of_line,
    row_number() OVER (PARTITION BY n.id ORDER BY abs(l.booked_on - n.day), l.id) AS of_notice
  FROM said s JOIN line l ON l.id = s.line_id JOIN notice n ON n.id = s.notification_id
  WHERE abs(l.booked_on - n.day) <= %(window)s
), other_amount AS (
  SELECT line_id, notification_id, amount, branch_id FROM near WHERE of_line = 1 AND of_notice = 1
), again AS (
  SELECT DISTINCT ON (l.id) l.id AS line_id, n.id AS notification_id, n.amount, n.branch_id
  FROM line l JOIN reconciliation_line f ON f.bank_id = %(bank)s AND f.state = 'matched' AND f.amount = l.amount
    AND f.booked_on BETWEEN l.booked_on - %(window)s AND l.booked_on + %(window)s
    AND (l.code <> '' AND f.code = l.code OR l.reference <> '' AND f.reference = l.reference)
  JOIN reconciliation_match m ON m.line_id = f.id JOIN payments_notification n ON n.id = m.notification_id
  ORDER BY l.id, f.id
), judged AS (
  SELECT l.id, l.booked_on, l.amount,
    CASE WHEN o.line_id IS NOT NULL THEN 'amount' WHEN a.line_id IS NOT NULL THEN 'double' ELSE 'missing' END AS kind,
    coalesce(o.notification_id, a.notification_id) AS notification_id, coalesce(o.amount, a.amount) AS other,
    coalesce(o.branch_id, a.branch_id, c.branch_id) AS branch_id
  FROM line l LEFT JOIN other_amount o ON o.line_id = l.id LEFT JOIN again a ON a.line_id = l.id
  LEFT JOIN payments_payment_code c ON c.code = l.code AND l.code <> ''
  UNION ALL
  SELECT id, booked_on, amount, 'outgoing', NULL, NULL, NULL FROM reconciliation_line
  WHERE bank_id = %(bank)s AND state = 'open' AND amount < 0
)
INSERT INTO reconciliation_item AS i (bank_id, day, kind, line_id, notification_id, branch_id, amount, other, opened_at, state,
  decision, reason, note)
SELECT %(bank)s, booked_on, kind, id, notification_id, branch_id, amount, other, %(now)s, 'open', '', '', ''
FROM judged ORDER BY id
ON CONFLICT (line_id) WHERE line_id IS NOT NULL DO UPDATE
SET kind = excluded.kind, notification_id = excluded.notification_id, other = excluded.other, branch_id = excluded.branch_id
WHERE i.state IN ('open', 'waiting')
"""

# Notifications of days that statements cover and that stand on none of them.
_LIST_NOTICES: LiteralString = """
INSERT INTO reconciliation_item (bank_id, day, kind, notification_id, branch_id, amount, opened_at, state, decision, reason, note)
SELECT %(bank)s, n.day, 'unmatched', n.id, n.branch_id, n.amount, %(now)s, 'open', '', '', ''
FROM notice n JOIN reconciliation_day d ON d.bank_id = %(bank)s AND d.day = n.day
WHERE NOT EXISTS (
  SELECT FROM reconciliation_item o WHERE o.bank_id = %(bank)s AND o.kind = 'amount' AND o.notification_id = n.id
    AND o.state IN ('open', 'waiting'))
ORDER BY n.id
ON CONFLICT (notification_id) WHERE line_id IS NULL DO NOTHING
"""


def match(work: Work, *, bank_id: str) -> None:
    """All open lines of the bank. Raises ``Refused`` E4810 where its account is not set up."""
    row = work.row(_ACCOUNT, [bank_id])
    if row is None:
        raise Refused("E4810", field="account")
    window, fee, bps, settles = row
    given: dict[str, Any] = {"bank": bank_id, "window": window, "fee": fee, "bps": bps, "now": work.now}
    _rounds(work, _SIDES + _NAMED + _BY_REFERENCE + _PAIR, given | {"how": "reference"})
    _rounds(work, _SIDES + _BY_CODE + _PAIR, given | {"how": "code"})
    if settles == "day":
        work.execute(_SIDES + _DAY_SUMS, given | {"how": "day"})
    work.execute(_SIDES + _NAMED + _LIST_LINES, given)
    work.execute(_SIDES + _LIST_NOTICES, given)
    work.execute(_CLEAR, given)


def _rounds(work: Work, sql: LiteralString, given: dict[str, Any]) -> None:
    for _ in range(ROUNDS):
        if work.execute(sql, given) == 0:
            return

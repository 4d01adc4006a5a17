"""What the worker does for reconciliation: statements agree with what banks tell later, without anybody asking for it."""

import logging
from typing import Final

from procrastinate.contrib.django import app

from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.reconciliation import matching

log = logging.getLogger(__name__)

# Lines by line_open, items by item_open: banks where something is left to find.
_LEFT: Final = """
SELECT a.bank_id FROM reconciliation_account a
WHERE EXISTS (SELECT FROM reconciliation_line l WHERE l.bank_id = a.bank_id AND l.state = 'open')
  OR EXISTS (SELECT FROM reconciliation_item i WHERE i.bank_id = a.bank_id AND i.state IN ('open', 'waiting'))
ORDER BY a.bank_id
"""


@app.periodic(cron="*/10 * * * *")
@app.task(name="reconciliation.match", queueing_lock="reconciliation.match")
def match_all(timestamp: int) -> int:
    """Every ten minutes: banks with lines or notifications that nothing agreed with yet. Answers how many banks it looked at."""
    del timestamp
    with Work(scope=Scope.nation()) as work:
        banks = [bank_id for (bank_id,) in work.rows(_LEFT)]
    done = 0
    for bank_id in banks:
        try:
            with Work(scope=Scope.nation()) as work:
                matching.match(work, bank_id=bank_id)
            done += 1
        except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
            log.error("statements of bank %s cannot be matched: %s", bank_id, type(error).__name__)
    return done

"""What takes longer than a page may: making an exported file; and forgetting it."""

import logging
from uuid import UUID

from procrastinate.contrib.django import app

from perisai.documents import export

log = logging.getLogger(__name__)


@app.task(queue="members", pass_context=False)
def run_export(export_id: str) -> None:
    """Twice does no harm: what is not waiting for it is left alone."""
    try:
        export.run(UUID(export_id))
    except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
        export.fail(UUID(export_id))
        log.error("an export failed: %s", type(error).__name__)
        raise RuntimeError("documents.run_export") from None


@app.periodic(cron="*/10 * * * *")
@app.task(queue="members", queueing_lock="documents.purge", pass_context=False)
def purge_exports(timestamp: int) -> None:
    del timestamp
    export.purge()

"""What takes longer than a page may: checking a workbook, and bringing it in."""

import logging
from uuid import UUID

from procrastinate.contrib.django import app

from perisai.golive import file

log = logging.getLogger(__name__)


@app.task(name="golive.check_file", queue="members", pass_context=False)
def check_file(branch_id: int, file_id: str) -> None:
    """Twice does no harm: what is not waiting for it is left alone."""
    try:
        file.run_check(branch_id, UUID(file_id))
    except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
        file.give_up(branch_id, UUID(file_id))
        log.error("a go-live workbook of branch %s cannot be checked: %s", branch_id, type(error).__name__)
        raise RuntimeError("golive.check_file") from None


@app.task(name="golive.import_file", queue="members", pass_context=False)
def import_file(branch_id: int, file_id: str) -> None:
    try:
        file.run_import(branch_id, UUID(file_id))
    except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
        file.give_up(branch_id, UUID(file_id))
        log.error("a go-live workbook of branch %s cannot be imported: %s", branch_id, type(error).__name__)
        raise RuntimeError("golive.import_file") from None

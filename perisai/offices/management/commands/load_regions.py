"""``perisai manage load_regions [--folder DIR]``"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.offices import regions

FOLDER = Path("frontend/node_modules/idn-area-data/data")


class Command(BaseCommand):
    help = "Loads every province, regency, district and village of idn-area-data, or refreshes them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, default=settings.ROOT / FOLDER, help="where the CSV files are")

    def handle(self, *_: Any, **options: Any) -> None:
        with Work.open(scope=Scope.nation()) as work:
            count = regions.load(work, options["folder"])
        self.stdout.write(f"{count} regions")

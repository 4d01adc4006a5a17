"""``perisai manage load_demo``"""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from perisai.web.demo import load
from perisai.web.demo.channels import point_desk
from perisai.web.demo.feeds import follow_address


class Command(BaseCommand):
    help = "Fills an empty installation with the Jambi demo world; leaves one that has it as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--desk", action="store_true", help="only point the simulated bank and receiver to this address"
        )

        parser.add_argument("--years", type=int, choices=(0, 1, 2), default=0, help="history before the told months")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["desk"]:
            point_desk(datetime.now(UTC))
            follow_address(datetime.now(UTC))
        else:
            load(say=self.stdout.write, years=options["years"])

"""``perisai manage load_demo``"""

from typing import Any

from django.core.management.base import BaseCommand

from perisai.web.demo import load


class Command(BaseCommand):
    help = "Fills an empty installation with the Jambi demo world; leaves one that has it as it is."

    def handle(self, *_: Any, **options: Any) -> None:
        del options
        load(say=self.stdout.write)

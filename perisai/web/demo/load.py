"""Builds the demo world, step by step; each step leaves alone what is there."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from perisai.events import partitions
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.offices import regions
from perisai.offices.models import Region
from perisai.payments.demo import load_demo_banks
from perisai.web.demo import history
from perisai.web.demo.agencies import build_agencies
from perisai.web.demo.agents import build_placements
from perisai.web.demo.alerts import build_alerts
from perisai.web.demo.arrears import build_arrears
from perisai.web.demo.channels import build_channels
from perisai.web.demo.custody import build_custody
from perisai.web.demo.employers import build_employers
from perisai.web.demo.exams import build_exams
from perisai.web.demo.feeds import build_feeds
from perisai.web.demo.field_places import build_field_places
from perisai.web.demo.figures import build_figures
from perisai.web.demo.orders import build_orders
from perisai.web.demo.payers import build_payers
from perisai.web.demo.people import HISTORY, build_agents, build_logins
from perisai.web.demo.places import build_offices
from perisai.web.demo.quota import build_quota_requests
from perisai.web.demo.reconciliation import build_reconciliation
from perisai.web.demo.recruitment import build_candidates
from perisai.web.demo.reminders import build_reminders
from perisai.web.demo.renewals import build_renewals
from perisai.web.demo.rules import build_rules
from perisai.web.demo.secret import Secrets
from perisai.web.demo.supervision import build_files
from perisai.web.demo.targets import build_targets, change_targets, plan_next_year
from perisai.web.demo.training import build_training
from perisai.web.demo.two_years import build_two_years

REGIONS = Path("frontend/node_modules/idn-area-data/data")
ALL_REGIONS = 80_000
"""Fewer than this, and the list of regions is not complete."""
ZONE = ZoneInfo("Asia/Jakarta")


def load(*, say: Callable[[str], object] = print, now: datetime | None = None, years: int = 0) -> None:
    """Says in lines what was done, with the seconds since the beginning. ``now`` is when the world's story ends; ``years`` lie
    before its told months."""
    end = now or datetime.now(UTC)
    begun = time.monotonic()
    partitions.ensure((end - HISTORY).date().replace(day=1))
    if Region.objects.count() < ALL_REGIONS:
        with Work.open(scope=Scope.nation()) as work:
            count = regions.load(work, settings.ROOT / REGIONS)
        say(f"{count} regions ({time.monotonic() - begun:.1f} s)")
    build_offices()
    build_agents(end.astimezone(ZONE).date())
    build_placements(end.astimezone(ZONE).date())
    build_logins(Secrets())
    with Work.open(scope=Scope.nation()) as work:
        load_demo_banks(work)
    if years:
        say(f"{build_two_years(end, years)} ({time.monotonic() - begun:.1f} s)")
    build_targets(end)
    build_agencies(end)
    say(f"offices, logins, targets ({time.monotonic() - begun:.1f} s)")
    told = history.tell(end)
    say(f"{told} ({time.monotonic() - begun:.1f} s)")
    build_field_places(end)
    build_arrears(end)
    say(f"arrears, bills, returns ({time.monotonic() - begun:.1f} s)")
    build_employers(end)
    build_custody(end, history.HANDSETS)
    build_orders(end)
    build_reminders(end)
    build_payers(end)
    build_candidates(end)
    build_exams(end)
    build_files(end)
    build_training(end)
    build_renewals(end)
    build_reconciliation(end)
    build_channels(end)
    build_rules(end)
    build_feeds(end)
    build_quota_requests(end)
    change_targets(end)
    plan_next_year(end)
    build_figures(end)
    if years:
        build_alerts(end)
    say(f"candidates ({time.monotonic() - begun:.1f} s)")

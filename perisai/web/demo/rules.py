"""A change of rules that waits for a second person: another JKM from next April on, made up, tried on the demo's members."""

from datetime import date, datetime, timedelta

from perisai.accounts.models import User
from perisai.contributions.rule_changes import change as rule_change
from perisai.contributions.rule_changes import form as rule_form
from perisai.contributions.rule_changes import text as rule_text
from perisai.contributions.rule_changes import trial as rule_trial
from perisai.errors import Refused
from perisai.events.clock import FixedClock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work

SOURCE = "Contoh peragaan, bukan peraturan"
WHY = "Peragaan: JKM peserta BPU naik Rp200 mulai April"


def build_rules(end: datetime) -> None:
    """Proposed a day before the story ends. What it would do is worked out by the worker once it runs."""
    proposer = User.objects.filter(username="pusat").first()
    if proposer is None:
        return
    today = end.date()
    april = date(today.year + (today.month >= 4), 4, 1)
    file = "bpu_tariff.yaml"
    clock = FixedClock(end - timedelta(days=1))
    try:
        text = rule_form.add_value(
            rule_text.text_in_force(file), key="tariff.jkm", since=april, value=7_000, reference=SOURCE
        )
        with Work(scope=Scope.nation(), actor=Actor(user_id=proposer.id), clock=clock) as work:
            made = rule_change.propose(work, file=file, text=text, why=WHY, is_correction=False, today=today)
        with Work(scope=Scope.nation(), actor=Actor(user_id=proposer.id), clock=FixedClock(end)) as work:
            rule_trial.ask(work, change_id=made, today=today)
    except Refused:
        return  # the rules of a later year hold that figure already

"""Bills and the months that are paid."""

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import Q

from perisai.events.defaults import Uuid7


class BillState(models.TextChoices):
    OPEN = "open", "belum dibayar"
    PAID = "paid", "lunas"
    EXPIRED = "expired", "kedaluwarsa"
    CANCELLED = "cancelled", "dibatalkan"


class Bill(models.Model):
    """What is owed for one or more months of one enrolment, payable with its payment code."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    enrolment_id = models.UUIDField()
    payment_code = models.TextField()
    state = models.TextField(choices=BillState, default=BillState.OPEN)
    first_month = models.DateField()
    months = models.SmallIntegerField()
    lines = models.JSONField()
    """[[month "2026-11", base, jkk, jkm, jht, relief, total], ...]; rupiah; total = jkk + jkm + jht - relief. Lines of wage
    earners (PU) go on with [..., jp, jkp], which are in the total; ``jkk`` is then without what goes to JKP."""
    amount = models.BigIntegerField()
    rules = models.TextField()
    issued_at = models.DateTimeField()
    priced_at = models.DateTimeField()
    pay_by = models.DateTimeField()
    """The payment code stops working here: ``bill.LATE_NOTICE`` later the enrolment ends unpaid and its slot returns."""
    paid_at = models.DateTimeField(null=True)
    origin = models.TextField(default="first", db_default="first")
    """Why it was issued: ``first`` (enrolment, or months that were owed or paid elsewhere), ``run``, ``advance``, ``terms``
    (issued anew after a change), ``return``."""
    run_id = models.UUIDField(null=True)
    """The run that issued it, or the repricing that issued it anew (``Reprice``)."""
    replaces_id = models.UUIDField(null=True)
    """The cancelled bill that this one was issued instead of."""
    sponsor_id = models.UUIDField(null=True)
    """Who pays it instead of the member (``payers_sponsor``)."""

    class Meta:
        db_table = "contributions_bill"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="bill_amount"),
            models.UniqueConstraint(
                fields=["branch_id", "enrolment_id", "first_month"],
                condition=Q(state__in=["open", "paid"]),
                name="bill_one_a_month",
            ),
        ]
        indexes = [
            models.Index(fields=["branch_id", "enrolment_id"], name="bill_enrolment"),
            models.Index(fields=["branch_id", "pay_by"], name="bill_open", condition=Q(state="open")),
        ]


class PaidMonth(models.Model):
    """One contribution month of one enrolment, paid. Rupiah."""

    pk = models.CompositePrimaryKey("branch_id", "enrolment_id", "month")
    branch_id = models.IntegerField()
    enrolment_id = models.UUIDField()
    month = models.DateField()
    bill_id = models.UUIDField()
    payment_id = models.UUIDField(null=True)
    jkk = models.BigIntegerField()
    jkm = models.BigIntegerField()
    jht = models.BigIntegerField()
    relief = models.BigIntegerField()
    jp = models.BigIntegerField(db_default=0)
    jkp = models.BigIntegerField(db_default=0)
    paid_at = models.DateTimeField()

    class Meta:
        db_table = "contributions_paid_month"


class Terms(models.Model):
    """What holds of an enrolment from a contribution month on: bills for that month and later ones are priced by it.

    The enrolment's own row says what holds today; a change that lies ahead is taken over when its month begins
    (``terms.take_effect``). An enrolment without rows never changed.
    """

    pk = models.CompositePrimaryKey("branch_id", "enrolment_id", "from_month")
    branch_id = models.IntegerField()
    enrolment_id = models.UUIDField()
    from_month = models.DateField()
    income = models.BigIntegerField()
    base_income = models.BigIntegerField()
    programmes = ArrayField(models.TextField())
    jobs = ArrayField(models.TextField())
    transport = models.BooleanField()
    employs_others = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    changed_by = models.UUIDField(null=True)

    class Meta:
        db_table = "contributions_terms"


class Spell(models.Model):
    """One stretch of membership, from the day the first payment was confirmed to the day cover ended; never two at once.

    Coming back begins another one: the three months of JKM count from its ``first_month``.
    """

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    enrolment_id = models.UUIDField()
    during = DateRangeField()
    """From the branch's day of the first payment to the day it lapsed on, which is not in it; open while it lasts."""
    first_month = models.DateField()

    class Meta:
        db_table = "contributions_spell"
        constraints = [models.CheckConstraint(condition=Q(during__isempty=False), name="spell_lasts")]
        indexes = [
            models.Index(fields=["branch_id", "enrolment_id"], name="spell_open", condition=Q(during__upper_inf=True))
        ]


class RunState(models.TextChoices):
    RUNNING = "running", "berjalan"
    DONE = "done", "selesai"


class Run(models.Model):
    """The bills of one contribution month of one branch, made chunk by chunk. One a month and segment: whoever starts it
    again goes on where it stopped, or from the beginning for those who came since."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    segment = models.TextField(default="BPU", db_default="BPU")
    month = models.DateField()
    state = models.TextField(choices=RunState, default=RunState.RUNNING)
    started_at = models.DateTimeField()
    started_by = models.UUIDField(null=True)
    moved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    cursor = models.UUIDField(null=True)
    """The last enrolment that was looked at; null at the beginning."""
    members = models.IntegerField()
    """How many there were to look at when it began."""
    looked_at = models.IntegerField(default=0)
    bills = models.IntegerField(default=0)
    amount = models.BigIntegerField(default=0)
    chunks = models.IntegerField(default=0)
    skipped = models.JSONField(default=dict)
    """Why how many got no bill: reason -> members; ``run.SKIPPED`` names the reasons."""

    class Meta:
        db_table = "contributions_run"
        constraints = [models.UniqueConstraint(fields=["branch_id", "segment", "month"], name="run_once")]


class Return(models.Model):
    """Somebody whose membership had ended asks to come back: what they answered, and the bill it waits for."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    """Of one that a phone sent: the id of its op ``reactivate``."""
    enrolment_id = models.UUIDField()
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField(null=True)
    agent_id = models.UUIDField(null=True)
    is_working = models.BooleanField()
    is_well = models.BooleanField()
    bill_id = models.UUIDField()
    ended_as = models.TextField(null=True)
    """``paid`` or ``unpaid``; null while it waits."""

    class Meta:
        db_table = "contributions_return"
        constraints = [
            models.UniqueConstraint(
                fields=["branch_id", "enrolment_id"], condition=Q(ended_as__isnull=True), name="return_one_waiting"
            )
        ]


class RuleChange(models.Model):
    """A rule file as somebody proposes it. Never changed afterwards; what became of it is a ``RuleStep``.

    Rules are the country's, not a branch's: these tables have no branch and leave no event; their rows stay as they are.
    """

    id = models.UUIDField(primary_key=True, db_default=Uuid7())
    file = models.TextField()
    base_text = models.TextField()
    """The file in force when it was proposed; it can be approved only while that is so."""
    text = models.TextField()
    why = models.TextField()
    is_correction = models.BooleanField()
    """It changes what months that are over, or the present one, were judged by; ``why`` says why that must be."""
    holds_from = models.DateField()
    """The first day or month that it changes."""
    proposed_at = models.DateTimeField()
    proposed_by = models.UUIDField(null=True)

    class Meta:
        db_table = "contributions_rule_change"
        indexes = [models.Index(fields=["proposed_at"], name="rule_change_proposed")]


class RuleStepKind(models.TextChoices):
    APPROVED = "approved", "disetujui"
    REFUSED = "refused", "ditolak"
    TAKEN_BACK = "taken_back", "dibatalkan pengusul"
    WITHDRAWN = "withdrawn", "ditarik"


class RuleStep(models.Model):
    """What somebody decided about a change. Append-only."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7())
    change = models.ForeignKey(RuleChange, on_delete=models.PROTECT)
    kind = models.TextField(choices=RuleStepKind)
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.UUIDField(null=True)

    class Meta:
        db_table = "contributions_rule_step"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RuleStepKind.values), name="rule_step_kind"),
            models.UniqueConstraint(
                fields=["change"], condition=~Q(kind=RuleStepKind.WITHDRAWN), name="rule_step_decided_once"
            ),
            models.UniqueConstraint(
                fields=["change"], condition=Q(kind=RuleStepKind.WITHDRAWN), name="rule_step_withdrawn_once"
            ),
        ]


class RuleSet(models.Model):
    """All changed files as they are in force since ``made_at``; the newest number holds. Append-only."""

    number = models.IntegerField(primary_key=True)
    """1, 2, ...: two who publish at once meet here."""
    change = models.ForeignKey(RuleChange, on_delete=models.PROTECT)
    files = models.JSONField()
    """{"bpu_tariff.yaml": its whole text, ...}; a file that is not here is the release's."""
    version = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)

    class Meta:
        db_table = "contributions_rule_set"


class TrialState(models.TextChoices):
    RUNNING = "running", "berjalan"
    DONE = "done", "selesai"
    FAILED = "failed", "gagal"


class RuleTrial(models.Model):
    """What a change would do to the bills of present members: branch by branch, by a job."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7())
    change = models.ForeignKey(RuleChange, on_delete=models.PROTECT)
    state = models.TextField(choices=TrialState, default=TrialState.RUNNING)
    first_month = models.DateField()
    months = models.SmallIntegerField()
    branches = models.IntegerField()
    done = models.IntegerField(default=0)
    """Branches that have been looked at."""
    result = models.JSONField(default=dict)
    """As ``rule_changes.trial.Outcome``: sums in rupiah, ids of enrolments; nothing about a person."""
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField(null=True)
    moved_at = models.DateTimeField()

    class Meta:
        db_table = "contributions_rule_trial"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=TrialState.values), name="rule_trial_state"),
            models.UniqueConstraint(fields=["change"], condition=Q(state="running"), name="rule_trial_one_running"),
        ]


class RepriceState(models.TextChoices):
    BILLS = "bills", "tagihan"
    ORDERS = "orders", "kode bayar"
    DONE = "done", "selesai"


class Reprice(models.Model):
    """How far the open bills of a branch are issued anew after a set of rules was published. Sums in rupiah."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    set_number = models.IntegerField()
    """The ``RuleSet``."""
    since = models.DateField()
    """First of the months that the set prices otherwise, or a day in it; earlier ones stay as they were billed."""
    published_at = models.DateTimeField()
    state = models.TextField(choices=RepriceState, default=RepriceState.BILLS)
    sweeps = models.SmallIntegerField(default=0)
    """How often it came to its end: the second time for bills that a process issued that had not heard of the set yet."""
    cursor = models.UUIDField(null=True)
    """The last enrolment that was looked at; null at the beginning."""
    bills = models.IntegerField(null=True)
    """How many there were to look at when it began; null before."""
    looked_at = models.IntegerField(default=0)
    issued = models.IntegerField(default=0)
    """How many were issued anew; ``before`` and ``after`` are what these came to."""
    before = models.BigIntegerField(default=0)
    after = models.BigIntegerField(default=0)
    unpriced = models.IntegerField(default=0)
    """Bills that the rules do not price: they stay as they are."""
    orders = models.IntegerField(default=0)
    """Codes for many bills that ended because one of these was issued anew."""
    error = models.TextField(default="")
    """The kind of what stopped it last; empty once it went on."""
    moved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "contributions_reprice"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RepriceState.values), name="reprice_state"),
            models.UniqueConstraint(fields=["branch_id", "set_number"], name="reprice_once"),
        ]

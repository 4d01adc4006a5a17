"""Groups with a coordinator; payers other than the member, whom they fund until when, and what became of it afterwards."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from perisai.events.defaults import Uuid7


class GroupKind(models.TextChoices):
    OJEK_STAND = "ojek_stand", "pangkalan ojek"
    MARKET = "market", "pasar"
    COOPERATIVE = "cooperative", "koperasi"
    FARMERS = "farmers", "kelompok tani"
    FISHERS = "fishers", "kelompok nelayan"
    VENDORS = "vendors", "paguyuban pedagang"
    WORSHIP = "worship", "rumah ibadah"
    OTHER = "other", "lainnya"


class Group(models.Model):
    """People who work side by side and whom one of them can reach all: a motor-taxi stand, a market, a cooperative.

    Who belongs to it stands on the enrolment (``members_enrolment.group_id``)."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    """Of a group that a phone made: the id of its op ``group_new``."""
    kind = models.TextField(choices=GroupKind)
    name = models.TextField()
    place = models.TextField(blank=True, default="")
    region_code = models.TextField()
    agent_id = models.UUIDField(null=True)
    """Who looks after it; null is the branch itself."""
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payers_group"
        constraints = [models.CheckConstraint(condition=Q(kind__in=GroupKind.values), name="group_kind")]
        indexes = [models.Index(fields=["branch_id", "agent_id"], name="group_agent")]


class Coordinator(models.Model):
    """Who speaks for a group, since when and until when; one at a time."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    """The coordinator's own link names this row: it ends with the row."""
    group_id = models.UUIDField()
    name = models.TextField()
    phone = models.TextField(null=True)
    enrolment_id = models.UUIDField(null=True)
    """Where they are a member themselves."""
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    changed_by = models.UUIDField(null=True)

    class Meta:
        db_table = "payers_coordinator"
        constraints = [
            models.UniqueConstraint(
                fields=["branch_id", "group_id"], condition=Q(until__isnull=True), name="coordinator_one_at_a_time"
            )
        ]
        indexes = [
            models.Index(fields=["branch_id", "group_id", "since"], name="coordinator_of_group_since"),
            models.Index(
                fields=["branch_id", "enrolment_id"],
                name="coordinator_enrolment",
                condition=Q(enrolment_id__isnull=False),
            ),
        ]


class SponsorKind(models.TextChoices):
    VILLAGE = "village", "desa"
    COMPANY_CSR = "company_csr", "CSR perusahaan"
    LOCAL_BUDGET = "local_budget", "APBD"
    STATE_BUDGET = "state_budget", "APBN"
    OTHER = "other", "lainnya"


class Sponsor(models.Model):
    """A payer other than the member, by one contract: for which months, from which budget."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    kind = models.TextField(choices=SponsorKind)
    name = models.TextField()
    reference = models.TextField(blank=True, default="")
    """Number of the contract, decree or letter."""
    contact_name = models.TextField(blank=True, default="")
    contact_phone = models.TextField(null=True)
    is_state = models.BooleanField()
    """Paid from APBN or APBD: no relief of JKK and JKM (PP 50/2025)."""
    first_month = models.DateField()
    last_month = models.DateField()
    programmes = ArrayField(models.TextField(), null=True)
    """Null: all that the member has."""
    budget = models.BigIntegerField(null=True)
    """Rupiah for the whole period; null where the contract names none."""
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payers_sponsor"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SponsorKind.values), name="sponsor_kind"),
            models.CheckConstraint(condition=Q(budget__isnull=True) | Q(budget__gt=0), name="sponsor_budget"),
            models.CheckConstraint(
                condition=~Q(kind__in=["local_budget", "state_budget"]) | Q(is_state=True), name="sponsor_state"
            ),
        ]


class Funding(models.Model):
    """Which months of an enrolment a sponsor pays; never two for one month."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    sponsor_id = models.UUIDField()
    enrolment_id = models.UUIDField()
    first_month = models.DateField()
    last_month = models.DateField(null=True)
    """The last month that is funded; null: until it is ended. The month before ``first_month``: ended before it began."""
    programmes = ArrayField(models.TextField(), null=True)
    """What is paid, and so billed, in these months; null: all programmes that the enrolment has."""
    is_state = models.BooleanField()
    """As the sponsor's: no relief."""
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)
    """When somebody ended it before its time; ``last_month`` says what is still funded."""

    class Meta:
        db_table = "payers_funding"
        indexes = [
            models.Index(fields=["branch_id", "sponsor_id", "enrolment_id"], name="funding_sponsor"),
            models.Index(fields=["branch_id", "last_month"], name="funding_last_month"),
        ]


class FundingFile(models.Model):
    """A spreadsheet of people to be funded, by its bytes: the same file is taken once for a sponsor."""

    pk = models.CompositePrimaryKey("branch_id", "sponsor_id", "sha256")
    branch_id = models.IntegerField()
    sponsor_id = models.UUIDField()
    sha256 = models.BinaryField()
    rows = models.IntegerField()
    funded = models.IntegerField()
    taken_at = models.DateTimeField()
    taken_by = models.UUIDField(null=True)

    class Meta:
        db_table = "payers_funding_file"


class Collective(models.Model):
    """A payment order (``payments.orders.order``) that was made for a sponsor's month or for a group."""

    pk = models.CompositePrimaryKey("branch_id", "order_id")
    branch_id = models.IntegerField()
    order_id = models.UUIDField()
    sponsor_id = models.UUIDField(null=True)
    group_id = models.UUIDField(null=True)
    month = models.DateField(null=True)
    """Of a sponsor: the month whose bills it asks for."""
    bills = models.IntegerField()
    amount = models.BigIntegerField()
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payers_collective"
        constraints = [
            models.CheckConstraint(
                condition=Q(sponsor_id__isnull=True, group_id__isnull=False)
                | Q(sponsor_id__isnull=False, group_id__isnull=True),
                name="collective_of_one",
            ),
            models.UniqueConstraint(
                fields=["branch_id", "sponsor_id", "month"],
                condition=Q(sponsor_id__isnull=False, cancelled_at__isnull=True),
                name="collective_once_a_month",
            ),
        ]
        indexes = [
            models.Index(fields=["branch_id", "group_id"], name="collective_group", condition=Q(group_id__isnull=False))
        ]


class Outcome(models.TextChoices):
    TAKES_OVER = "takes_over", "akan membayar sendiri"
    THINKING = "thinking", "masih pikir-pikir"
    REFUSED = "refused", "tidak mau melanjutkan"
    NOT_FOUND = "not_found", "belum ditemui"
    MOVED = "moved", "pindah"
    DIED = "died", "meninggal"


class Farewell(models.Model):
    """The end of a member's funding as the campaign follows it: when they were written to, what they said, whether they went on
    paying. One row for each end of a funding."""

    pk = models.CompositePrimaryKey("branch_id", "enrolment_id", "last_month")
    branch_id = models.IntegerField()
    enrolment_id = models.UUIDField()
    last_month = models.DateField()
    sponsor_id = models.UUIDField()
    opened_at = models.DateTimeField()
    told = ArrayField(models.SmallIntegerField(), default=list)
    """Steps that are behind: 60, 30, 7 days before the end of the last funded month, -7, -30, -60 after it."""
    written_at = models.DateTimeField(null=True)
    """When the first message was queued; null where there is no number."""
    outcome = models.TextField(choices=Outcome, null=True)
    outcome_at = models.DateTimeField(null=True)
    outcome_by = models.UUIDField(null=True)
    went_on_at = models.DateTimeField(null=True)
    """When the bank confirmed a later month that no sponsor paid."""
    followed_at = models.DateTimeField(null=True)
    """When it became clear that another funding goes on after it."""

    class Meta:
        db_table = "payers_farewell"
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__isnull=True) | Q(outcome__in=Outcome.values), name="farewell_outcome"
            )
        ]
        indexes = [models.Index(fields=["branch_id", "last_month"], name="farewell_last_month")]

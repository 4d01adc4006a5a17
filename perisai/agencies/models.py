"""Applications of agency offices, what was checked, agreements with their signatures, and how an office ended."""

from django.db import models
from django.db.models import F, Q

from perisai.events.defaults import Uuid7


class ApplicationState(models.TextChoices):
    APPLIED = "applied", "diajukan"
    APPROVED = "approved", "disetujui"
    REFUSED = "refused", "ditolak"
    WITHDRAWN = "withdrawn", "ditarik"


class Application(models.Model):
    """An organisation asks to become an agency office of a branch. It is decided once."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    state = models.TextField(choices=ApplicationState, default=ApplicationState.APPLIED)
    source = models.TextField()
    """``staff`` or ``public``."""
    parent_id = models.IntegerField()
    """The branch or sub-branch it would work under."""
    name = models.TextField()
    form = models.TextField()
    """Legal form, a key of ``labels.FORMS``."""
    address = models.TextField()
    leader_name = models.TextField()
    leader_title = models.TextField()
    leader_phone = models.TextField()
    candidates = models.IntegerField()
    """How many agents it says it will begin with."""
    applied_at = models.DateTimeField()
    applied_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    reason = models.TextField(blank=True, default="")
    note = models.TextField(blank=True, default="")
    office_id = models.IntegerField(null=True)
    code_hash = models.BinaryField(null=True)
    """Keyed hash of the code that the applicant comes back with; null for one taken at the counter."""

    class Meta:
        db_table = "agencies_application"
        indexes = [
            models.Index(fields=["branch_id", "state", "applied_at"], name="agency_application_state"),
            models.Index(
                fields=["branch_id", "code_hash"],
                name="agency_application_code",
                condition=Q(code_hash__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="applied", decided_at__isnull=True) | Q(decided_at__isnull=False),
                name="agency_application_decided",
            ),
        ]


class Check(models.Model):
    """One look at one item of the checklist. Append-only: the newest row of an item counts."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    application_id = models.UUIDField()
    item = models.TextField()
    """A key of ``checks.yaml``."""
    is_met = models.BooleanField()
    note = models.TextField(blank=True, default="")
    checked_at = models.DateTimeField()
    checked_by = models.UUIDField(null=True)

    class Meta:
        db_table = "agencies_check"
        indexes = [models.Index(fields=["branch_id", "application_id", "item", "id"], name="agency_check_application")]


class Document(models.Model):
    """A paper that the applicant sent for an item of the checklist; its bytes lie encrypted in the data folder. Append-only."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    application_id = models.UUIDField()
    item = models.TextField()
    """A key of ``checks.yaml``."""
    media_type = models.TextField()
    sha256 = models.BinaryField()
    size = models.IntegerField()
    added_at = models.DateTimeField()

    class Meta:
        db_table = "agencies_document"
        constraints = [
            models.UniqueConstraint(
                fields=["branch_id", "application_id", "item", "sha256"], name="agency_document_once"
            ),
        ]


class AgencyOffice(models.Model):
    """What this room knows of an agency office beside the office tree: who leads it, since when, and how it ended."""

    pk = models.CompositePrimaryKey("branch_id", "office_id")
    branch_id = models.IntegerField()
    office_id = models.IntegerField()
    form = models.TextField(blank=True, default="")
    leader_name = models.TextField(blank=True, default="")
    leader_title = models.TextField(blank=True, default="")
    leader_phone = models.TextField(blank=True, default="")
    since = models.DateField()
    ended_on = models.DateField(null=True)
    """The last day it answered for agents."""
    ended_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True, default="")
    end_note = models.TextField(blank=True, default="")

    class Meta:
        db_table = "agencies_office"


class AgreementState(models.TextChoices):
    DRAFT = "draft", "rancangan"
    SIGNED = "signed", "ditandatangani"
    WITHDRAWN = "withdrawn", "ditarik"


class Agreement(models.Model):
    """One version of an agreement (PKS). Once both sides have signed it is in force from ``first_day`` to ``last_day``, both
    days with. A later version of a number ends the one before on the eve of its own first day."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    office_id = models.IntegerField()
    number = models.TextField()
    version = models.IntegerField()
    state = models.TextField(choices=AgreementState, default=AgreementState.DRAFT)
    valid_from = models.DateField()
    valid_to = models.DateField()
    last_day = models.DateField()
    """``valid_to``, or earlier where it was ended or amended; the eve of ``first_day`` where it never came into force."""
    first_day = models.DateField(null=True)
    """``valid_from``, or the day of the later signature where that is later; null until both have signed."""
    end_reason = models.TextField(blank=True, default="")
    follows_id = models.UUIDField(null=True)
    """The agreement that this one renews or amends."""
    facts = models.JSONField()
    """What its text names: both parties, who signs for them, least number of agents, the office's share. As on its day."""
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    signed_at = models.DateTimeField(null=True)
    """When the second signature was recorded."""

    class Meta:
        db_table = "agencies_agreement"
        constraints = [
            models.UniqueConstraint(fields=["branch_id", "number", "version"], name="agreement_number"),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from"), last_day__lte=F("valid_to")), name="agreement_dates"
            ),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(first_day__isnull=False, signed_at__isnull=False),
                name="agreement_signed_has_its_days",
            ),
            models.UniqueConstraint(
                fields=["branch_id", "office_id"], condition=Q(state="draft"), name="agreement_one_draft"
            ),
        ]
        indexes = [
            models.Index(fields=["branch_id", "office_id", "valid_from"], name="agreement_office"),
            models.Index(fields=["branch_id", "last_day"], name="agreement_expiry", condition=Q(state="signed")),
        ]


class Party(models.TextChoices):
    BRANCH = "branch", "kantor cabang"
    OFFICE = "office", "Kantor Perisai"


class Signature(models.Model):
    """Who signed for a side, as what, on which day. Append-only."""

    pk = models.CompositePrimaryKey("branch_id", "agreement_id", "party")
    branch_id = models.IntegerField()
    agreement_id = models.UUIDField()
    party = models.TextField(choices=Party)
    name = models.TextField()
    title = models.TextField()
    signed_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.UUIDField(null=True)

    class Meta:
        db_table = "agencies_signature"
        indexes = [models.Index(fields=["branch_id", "agreement_id"], name="agency_signature_agreement")]


class Scan(models.Model):
    """The signed paper as PDF; the bytes are kept encrypted in the data folder. Append-only, the newest counts."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    agreement_id = models.UUIDField()
    sha256 = models.BinaryField()
    size = models.IntegerField()
    brought_at = models.DateTimeField()
    brought_by = models.UUIDField(null=True)

    class Meta:
        db_table = "agencies_scan"
        indexes = [models.Index(fields=["branch_id", "agreement_id", "id"], name="agency_scan_agreement")]


class ExpiryWarning(models.Model):
    """An agreement was warned about, ``days`` ahead: once each. Append-only."""

    pk = models.CompositePrimaryKey("branch_id", "agreement_id", "days")
    branch_id = models.IntegerField()
    agreement_id = models.UUIDField()
    days = models.IntegerField()
    warned_on = models.DateField()
    warned_at = models.DateTimeField()

    class Meta:
        db_table = "agencies_warning"
        indexes = [models.Index(fields=["branch_id", "agreement_id"], name="agency_warning_agreement")]


class AgentCount(models.Model):
    """How many agents an office had when a month ended, and how many it needed. Append-only."""

    pk = models.CompositePrimaryKey("branch_id", "office_id", "month")
    branch_id = models.IntegerField()
    office_id = models.IntegerField()
    month = models.DateField()
    agents = models.IntegerField()
    least = models.IntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        db_table = "agencies_agent_count"


class ProposalState(models.TextChoices):
    OPEN = "open", "menunggu keputusan"
    KEPT = "kept", "diteruskan"
    ENDED = "ended", "diakhiri"


class ProposalReason(models.TextChoices):
    SHORT = "short", "kekurangan agen"
    EXPIRED = "expired", "PKS habis"


class Proposal(models.Model):
    """An office that a rule says should end, for a person to decide on: short of agents for too many months, or left without
    an agreement."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    office_id = models.IntegerField()
    reason = models.TextField(choices=ProposalReason, default=ProposalReason.SHORT)
    month = models.DateField()
    """The last of the short months; the month in which it was found without an agreement."""
    months = models.IntegerField()
    """How many months in a row it was short; 0 for the other reason."""
    state = models.TextField(choices=ProposalState, default=ProposalState.OPEN)
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    note = models.TextField(blank=True, default="")

    class Meta:
        db_table = "agencies_proposal"
        constraints = [
            models.UniqueConstraint(
                fields=["branch_id", "office_id", "reason"], condition=Q(state="open"), name="agency_proposal_open"
            ),
            models.UniqueConstraint(fields=["branch_id", "office_id", "reason", "month"], name="agency_proposal_month"),
        ]

"""Field agents: who they are, their right to work, and when they may not use it."""

from django.contrib.postgres.fields import ArrayField, DateRangeField, DateTimeRangeField
from django.db import models
from django.db.models import F, Func, Q

from perisai.events.defaults import Uuid7


class PublicKey(Func):
    """Eight characters that nobody can count up to, made by the database: the end of an agent's public code."""

    template = "upper(substr(replace(gen_random_uuid()::text, '-', ''), 1, 8))"
    output_field = models.TextField()


class AgentState(models.TextChoices):
    """A trainee has a phone and learns; whether anybody may do field work is said by licence and holds (``licence.py``)."""

    TRAINEE = "trainee", "dalam pelatihan"
    ACTIVE = "active", "aktif"
    SUSPENDED = "suspended", "diskors"
    ENDED = "ended", "berakhir"


class Agent(models.Model):
    """A Perisai: member of an agency office, placed at a branch or sub-branch."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    code = models.TextField()
    """``P-1501-0001``; unique in the country because it begins with the branch."""
    full_name = models.TextField()
    phone = models.TextField(blank=True, default="")
    agency_office_id = models.IntegerField(null=True)
    sub_branch_id = models.IntegerField(null=True)
    state = models.TextField(choices=AgentState, default=AgentState.ACTIVE)
    since = models.DateField()
    public_key = models.TextField(db_default=PublicKey())
    """What follows ``code`` in the address of the public check."""

    class Meta:
        db_table = "agents_agent"
        constraints = [models.UniqueConstraint(fields=["branch_id", "code"], name="agent_code")]


class LicenceState(models.TextChoices):
    VALID = "valid", "berlaku"
    SUSPENDED = "suspended", "dibekukan"
    REVOKED = "revoked", "dicabut"


class Licence(models.Model):
    """The right to do field work, from-to. A change of state keeps its instant, for work is judged at captured time."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    agent_id = models.UUIDField()
    number = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField()
    state = models.TextField(choices=LicenceState, default=LicenceState.VALID)
    state_since = models.DateTimeField()
    conditions = models.TextField(db_default="")
    """What it is bound to, in the issuing officer's words; stands on the assignment letter."""
    attempt_id = models.UUIDField(null=True)
    """The passed examination that it was issued on."""
    renews_id = models.UUIDField(null=True)
    """The licence that it follows."""
    reason = models.TextField(db_default="")
    """Why it was revoked."""
    issued_at = models.DateTimeField(null=True)
    issued_by = models.UUIDField(null=True)

    class Meta:
        db_table = "agents_licence"
        constraints = [
            models.UniqueConstraint(fields=["branch_id", "number"], name="licence_number"),
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="licence_dates"),
        ]
        indexes = [models.Index(fields=["branch_id", "agent_id", "valid_to"], name="licence_agent")]


class LicenceNumber(models.Model):
    """National registry of licence numbers. Outside row-level security; ``issue`` alone writes it."""

    number = models.TextField(primary_key=True)
    branch_id = models.IntegerField()
    licence_id = models.UUIDField()

    class Meta:
        db_table = "agents_licence_number"


class HoldKind(models.TextChoices):
    SUSPENDED = "suspended", "diskors"
    REMEDIAL = "remedial", "pelatihan ulang"


class Hold(models.Model):
    """A time in which a licensed agent may not enrol. Its beginning is never rewritten: work is judged at captured time."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    agent_id = models.UUIDField()
    kind = models.TextField(choices=HoldKind)
    during = DateTimeRangeField()
    """Instants [from, to); no overlap for an agent and kind (``hold_once``)."""
    cause_id = models.UUIDField(null=True)
    """The act of supervision that began it."""

    class Meta:
        db_table = "agents_hold"


class Numbering(models.Model):
    """The last number a branch gave of a kind: ``agent`` or ``licence``."""

    pk = models.CompositePrimaryKey("branch_id", "what")
    branch_id = models.IntegerField()
    what = models.TextField()
    last = models.IntegerField()

    class Meta:
        db_table = "agents_numbering"


class Placement(models.Model):
    """Where an agent works in [from, to): at most one place on a day (``placement_once``). Without offices: at the branch."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    agent_id = models.UUIDField()
    sub_branch_id = models.IntegerField(null=True)
    agency_office_id = models.IntegerField(null=True)
    districts = ArrayField(models.TextField(), default=list)
    """Codes of kecamatan, ``15.71.08``; empty: the office's whole territory."""
    during = DateRangeField()
    reason = models.TextField(blank=True, default="")
    placed_at = models.DateTimeField()
    placed_by = models.UUIDField(null=True)

    class Meta:
        db_table = "agents_placement"
        indexes = [models.Index(fields=["branch_id", "sub_branch_id"], name="placement_sub_branch")]


class RenewalState(models.TextChoices):
    ASKED = "asked", "diminta"
    RENEWED = "renewed", "diperpanjang"
    REFUSED = "refused", "ditolak"


class Renewal(models.Model):
    """An agent's own wish to have a licence renewed, from the phone: one open wish a licence (``renewal_open``)."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    """The op's id."""
    agent_id = models.UUIDField()
    licence_id = models.UUIDField()
    state = models.TextField(choices=RenewalState, default=RenewalState.ASKED)
    asked_at = models.DateTimeField()
    """When the branch received it."""
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    reason = models.TextField(db_default="")
    """Why it was refused, for the agent to read."""

    class Meta:
        db_table = "agents_renewal"
        constraints = [
            models.UniqueConstraint(
                fields=["branch_id", "licence_id"], condition=Q(state="asked"), name="renewal_open"
            ),
        ]
        indexes = [models.Index(fields=["branch_id", "agent_id", "asked_at"], name="renewal_agent")]


class LicenceWarning(models.Model):
    """That the end of a licence was told so many days ahead: once each. Append-only."""

    pk = models.CompositePrimaryKey("branch_id", "licence_id", "days")
    branch_id = models.IntegerField()
    licence_id = models.UUIDField()
    days = models.SmallIntegerField()
    agent_id = models.UUIDField()
    warned_on = models.DateField()
    warned_at = models.DateTimeField()
    has_text = models.BooleanField()
    """Whether a text went out: an agent without a telephone reads it in the field app only."""

    class Meta:
        db_table = "agents_licence_warning"


class Photo(models.Model):
    """A version of the photo that staff gave an agent; the newest counts. Append-only."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    agent_id = models.UUIDField()
    jpeg_sealed = models.BinaryField()
    size = models.IntegerField()
    """Bytes before sealing."""
    added_at = models.DateTimeField()
    added_by = models.UUIDField(null=True)

    class Meta:
        db_table = "agents_photo"
        indexes = [models.Index(fields=["branch_id", "agent_id", "id"], name="agent_photo")]

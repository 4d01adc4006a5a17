"""What stands beside a quota: targets by month, how the branch caps, slots that phones hold, requests for more."""

from django.db import models
from django.db.models import Q

from perisai.events.defaults import Uuid7


class QuotaEvery(models.TextChoices):
    MONTH = "month", "bulan"
    QUARTER = "quarter", "triwulan"
    YEAR = "year", "tahun"


class LeaseEnd(models.TextChoices):
    NONE = "", "berlaku"
    EXPIRED = "expired", "habis masa"
    PHONE_ENDED = "phone_ended", "HP diganti atau dicabut"
    AGENT_HELD = "agent_held", "agen diskors atau dilatih ulang"
    TAKEN_BACK = "taken_back", "ditarik cabang"


class RequestState(models.TextChoices):
    OPEN = "open", "menunggu"
    APPROVED = "approved", "disetujui"
    REFUSED = "refused", "ditolak"
    WITHDRAWN = "withdrawn", "ditarik"


class QuotaTarget(models.Model):
    """A month's target of a branch, over all segments (``all``) or of one. Persons. A month has one kind of the two."""

    pk = models.CompositePrimaryKey("branch_id", "month", "segment")
    branch_id = models.IntegerField()
    month = models.DateField()
    segment = models.TextField()
    persons = models.IntegerField()

    class Meta:
        db_table = "targets_quota_target"
        constraints = [models.CheckConstraint(condition=Q(persons__gte=0), name="quota_target_not_negative")]


class QuotaTold(models.Model):
    """What a month's target was set to, and on which day of the branch: the history of ``QuotaTarget``. Append-only: as of a day
    the last one told by then counts; ``persons`` null: no longer told for this segment."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    month = models.DateField()
    segment = models.TextField()
    persons = models.IntegerField(null=True)
    told_on = models.DateField()
    told_at = models.DateTimeField()

    class Meta:
        db_table = "targets_quota_told"
        indexes = [models.Index(fields=["branch_id", "month", "told_on"], name="quota_told_month")]


class QuotaSetting(models.Model):
    """How a branch caps from a month on, until the next one. Append-only: of one month the last one written counts."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    from_month = models.DateField()
    every = models.TextField(choices=QuotaEvery)
    by_segment = models.BooleanField()
    cap_percent = models.IntegerField()
    mode = models.TextField()
    reason = models.TextField()
    set_at = models.DateTimeField()
    set_by = models.UUIDField(null=True)

    class Meta:
        db_table = "targets_quota_setting"


class Lease(models.Model):
    """Slots of one quota that one phone may use without signal. Its ``slots`` are part of the quota's ``leased``.

    Every change happens under the lock of the quota's row. ``size``: how many it was filled up to; ``used``: how many became
    enrolments.
    """

    pk = models.CompositePrimaryKey("branch_id", "device_id", "period", "segment")
    branch_id = models.IntegerField()
    device_id = models.UUIDField()
    period = models.DateField()
    segment = models.TextField()
    agent_id = models.UUIDField()
    slots = models.IntegerField()
    size = models.IntegerField()
    used = models.IntegerField(default=0)
    until = models.DateTimeField()
    renewed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(choices=LeaseEnd, blank=True, default=LeaseEnd.NONE)

    class Meta:
        db_table = "targets_lease"
        constraints = [models.CheckConstraint(condition=Q(slots__gte=0, used__gte=0), name="lease_not_negative")]
        indexes = [
            models.Index(fields=["branch_id", "period", "segment"], name="lease_of_quota"),
            models.Index(fields=["until"], condition=Q(slots__gt=0), name="lease_held"),
        ]


class QuotaRequest(models.Model):
    """A branch head asks for more slots; the region or head office answers. At most one waits for a quota."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    period = models.DateField()
    segment = models.TextField()
    asked = models.IntegerField()
    reason = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField(null=True)
    state = models.TextField(choices=RequestState, default=RequestState.OPEN)
    granted = models.IntegerField(default=0)
    answer = models.TextField(blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)

    class Meta:
        db_table = "targets_quota_request"
        constraints = [
            models.UniqueConstraint(
                fields=["branch_id", "period", "segment"], condition=Q(state="open"), name="quota_request_once"
            ),
            models.CheckConstraint(condition=Q(asked__gt=0, granted__gte=0), name="quota_request_counts"),
        ]

"""Persons, their enrolments, heirs, consents, photos, and what a person has to decide on."""

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from perisai.events.defaults import Uuid7


class Person(models.Model):
    """One human being as one branch knows them. NIK and No. KK are encrypted; the keyed hashes are for search."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    nik_sealed = models.BinaryField()
    nik_hash = models.BinaryField()
    nik_masked = models.TextField()
    kk_sealed = models.BinaryField(null=True)
    kk_hash = models.BinaryField(null=True)
    name = models.TextField()
    name_key = models.TextField()
    birth_place = models.TextField(blank=True, default="")
    birth_date = models.DateField()
    birth_known = models.TextField(default="day", db_default="day")
    """How much of the birth date is known: day, month, year or estimate. Unless day, the date is a stand-in."""
    sex = models.CharField(max_length=1)
    phone = models.TextField(null=True)
    phone_owner = models.TextField(default="none")
    phone_whose = models.TextField(null=True)
    """Whose number it is, in a few words, where it is not their own."""
    email = models.TextField(null=True)
    address = models.TextField(blank=True, default="")
    region_code = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "members_person"
        constraints = [
            models.CheckConstraint(condition=Q(sex__in=["F", "M"]), name="person_sex"),
            models.CheckConstraint(
                condition=Q(phone_owner__in=["own", "family", "other", "none"]), name="person_phone_owner"
            ),
            models.CheckConstraint(
                condition=Q(birth_known__in=["day", "month", "year", "estimate"]), name="person_birth_known"
            ),
        ]
        indexes = [
            models.Index(fields=["branch_id", "nik_hash"], name="person_nik"),
            models.Index(fields=["branch_id", "birth_date"], name="person_birth"),
            models.Index(fields=["branch_id", "phone"], name="person_phone", condition=Q(phone__isnull=False)),
            models.Index(fields=["branch_id", "kk_hash"], name="person_kk", condition=Q(kk_hash__isnull=False)),
            models.Index(fields=["branch_id", "name_key", "birth_date"], name="person_name_key"),
        ]


class EnrolmentState(models.TextChoices):
    REVIEW = "review", "diperiksa"
    ACCEPTED = "accepted", "menunggu pembayaran"
    ACTIVE = "active", "terlindungi"
    LAPSED = "lapsed", "nonaktif"
    ENDED = "ended", "berakhir"
    REJECTED = "rejected", "ditolak"
    CANCELLED = "cancelled", "dibatalkan"


class CoreState(models.TextChoices):
    NONE = "none", "belum diekspor"
    EXPORTED = "exported", "menunggu sistem inti"
    REGISTERED = "registered", "terdaftar"
    REFUSED = "refused", "ditolak sistem inti"


class Enrolment(models.Model):
    """A person's participation in a segment through an agent, and the facts that decided it."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField()
    """The id of the op that made it."""
    person_id = models.UUIDField()
    segment = models.TextField(default="BPU")
    state = models.TextField(choices=EnrolmentState)
    agent_id = models.UUIDField(null=True)
    """Who has the care of it today; null is the branch itself (``portfolio.py``)."""
    acquired_by = models.UUIDField(null=True)
    """Who acquired it, once it has been handed over; null while that is who has the care."""
    sub_branch_id = models.IntegerField(null=True)
    agency_office_id = models.IntegerField(null=True)
    device_id = models.UUIDField(null=True)
    region_code = models.TextField()
    captured_from = models.DateTimeField()
    captured_to = models.DateTimeField()
    captured_on = models.DateField()
    received_at = models.DateTimeField()
    place = models.JSONField(null=True)
    jobs = ArrayField(models.TextField())
    income = models.BigIntegerField()
    base_income = models.BigIntegerField()
    transport = models.BooleanField()
    employs_others = models.BooleanField(default=False)
    programmes = ArrayField(models.TextField())
    months = models.SmallIntegerField()
    price_shown = models.BigIntegerField(null=True)
    rules = models.TextField()
    licence_id = models.UUIDField(null=True)
    quota_period = models.DateField(null=True)
    """Period of the quota slot it holds; null while it holds none."""
    quota_over = models.BooleanField(default=False)
    """The slot was counted above the cap (mode warn, or by a decision)."""
    warnings = ArrayField(models.TextField(), default=list)
    review_reason = models.TextField(null=True)
    reject_code = models.TextField(null=True)
    decided_at = models.DateTimeField(null=True)
    payment_code = models.TextField(null=True)
    activated_at = models.DateTimeField(null=True)
    cover_from = models.DateTimeField(null=True)
    """The instant the bank confirmed the first payment: cover begins here."""
    first_month = models.DateField(null=True)
    paid_through = models.DateField(null=True)
    """First day of the last month that is paid."""
    core_state = models.TextField(choices=CoreState, default=CoreState.NONE)
    kpj = models.TextField(null=True)
    core_changed_at = models.DateTimeField(null=True)
    core_is_demo = models.BooleanField(default=False)
    series_id = models.UUIDField(null=True)
    """The same for workers who were entered one after the other (a family, a motor-taxi stand)."""
    employer_id = models.UUIDField(null=True)
    """Of a wage earner (PU): who employs them (``employers``)."""
    group_id = models.UUIDField(null=True)
    """The group they came with or joined (``payers``)."""
    risk = models.TextField(null=True)
    """Of a wage earner (PU): the JKK risk class, a key of ``rules/pu_tariff.yaml``."""
    photo_due_on = models.DateField(null=True)
    """The day until which the agent brings the picture of the ID card; null when it is here or not wanted."""

    class Meta:
        db_table = "members_enrolment"
        constraints = [
            models.CheckConstraint(condition=Q(segment__in=["BPU", "PU"]), name="enrolment_segment"),
            models.CheckConstraint(condition=Q(months__gte=1, months__lte=12), name="enrolment_months"),
            models.UniqueConstraint(
                fields=["branch_id", "person_id", "segment"],
                condition=Q(state__in=["review", "accepted", "active", "lapsed"]),
                name="enrolment_one_per_person_and_segment",
            ),
        ]
        indexes = [
            models.Index(fields=["branch_id", "agent_id", "id"], name="enrolment_agent"),
            models.Index(
                fields=["branch_id", "acquired_by", "id"],
                name="enrolment_acquired_by",
                condition=Q(acquired_by__isnull=False),
            ),
            models.Index(fields=["branch_id", "person_id"], name="enrolment_person"),
            models.Index(fields=["branch_id", "state", "id"], name="enrolment_state"),
            models.Index(fields=["branch_id", "core_state"], name="enrolment_core", condition=Q(core_state="exported")),
            models.Index(
                fields=["branch_id", "series_id"], name="enrolment_series", condition=Q(series_id__isnull=False)
            ),
            models.Index(
                fields=["branch_id", "employer_id"], name="enrolment_employer", condition=Q(employer_id__isnull=False)
            ),
            models.Index(fields=["branch_id", "group_id"], name="enrolment_group", condition=Q(group_id__isnull=False)),
            models.Index(
                fields=["branch_id", "photo_due_on"],
                name="enrolment_photo_due",
                condition=Q(photo_due_on__isnull=False),
            ),
            models.Index(fields=["branch_id", "captured_on"], name="enrolment_place", condition=Q(place__isnull=False)),
        ]


class Care(models.Model):
    """Which agent has the care of an enrolment in which contribution months; no agent is the branch itself. The rows of an
    enrolment cover its months from the first on, once each. One without rows was never handed over."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    enrolment_id = models.UUIDField()
    agent_id = models.UUIDField(null=True)
    months = DateRangeField()
    """From a first of a month to a first of a month, or without end."""
    handover_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    """When the member was written to about it; null until then, and where they have no telephone."""

    class Meta:
        db_table = "members_care"
        indexes = [
            models.Index(fields=["branch_id", "agent_id"], name="care_agent"),
            models.Index(
                fields=["branch_id", "handover_id"], name="care_handover", condition=Q(handover_id__isnull=False)
            ),
            models.Index("branch_id", Lower("months"), name="care_begins"),
        ]


class Heir(models.Model):
    pk = models.CompositePrimaryKey("branch_id", "enrolment_id", "position")
    branch_id = models.IntegerField()
    enrolment_id = models.UUIDField()
    position = models.SmallIntegerField()
    name = models.TextField()
    relation = models.TextField()

    class Meta:
        db_table = "members_heir"
        constraints = [
            models.CheckConstraint(
                condition=Q(relation__in=["spouse", "child", "parent", "sibling", "other"]), name="heir_relation"
            ),
        ]


class Consent(models.Model):
    """Proof of consent (UU PDP 27/2022 Art. 22-24): purpose, version and hash of the text, how and when it was given."""

    pk = models.CompositePrimaryKey("branch_id", "enrolment_id", "purpose")
    branch_id = models.IntegerField()
    enrolment_id = models.UUIDField()
    purpose = models.TextField()
    version = models.TextField()
    sha256 = models.BinaryField()
    given = models.BooleanField()
    captured_to = models.DateTimeField()
    agent_id = models.UUIDField()
    signature = models.JSONField()

    class Meta:
        db_table = "members_consent"


class DueReason(models.TextChoices):
    TAKEN_OVER = "taken_over", "dari impor awal"
    EMPLOYER = "employer", "didaftarkan pemberi kerja"


class ConsentDue(models.Model):
    """A member whose consent nobody has here: since when and why, until it is collected."""

    pk = models.CompositePrimaryKey("branch_id", "enrolment_id")
    branch_id = models.IntegerField()
    enrolment_id = models.UUIDField()
    since = models.DateTimeField()
    reason = models.TextField(choices=DueReason)
    collected_at = models.DateTimeField(null=True)
    collected_by = models.UUIDField(null=True)

    class Meta:
        db_table = "members_consent_due"
        constraints = [models.CheckConstraint(condition=Q(reason__in=DueReason.values), name="consent_due_reason")]
        indexes = [
            models.Index(
                fields=["branch_id", "enrolment_id"], name="consent_due_open", condition=Q(collected_at__isnull=True)
            )
        ]


class Photo(models.Model):
    """A picture of one enrolment, named by its SHA-256; the bytes are kept encrypted in the data folder once complete. The
    same picture may belong to several enrolments: then there is a row each, and the bytes once."""

    pk = models.CompositePrimaryKey("branch_id", "enrolment_id", "sha256")
    branch_id = models.IntegerField()
    enrolment_id = models.UUIDField()
    sha256 = models.BinaryField()
    size = models.IntegerField()
    """Bytes; 0 while it is not known (a picture that no op named, brought later)."""
    media_type = models.TextField()
    named_at = models.DateTimeField()
    complete_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "members_photo"
        indexes = [
            models.Index(fields=["branch_id", "sha256"], name="photo_sha256"),
            models.Index(
                fields=["branch_id", "named_at"], name="photo_on_its_way", condition=Q(complete_at__isnull=True)
            ),
        ]


class ReviewState(models.TextChoices):
    OPEN = "open", "terbuka"
    ACCEPTED = "accepted", "diterima"
    REJECTED = "rejected", "ditolak"
    CLOSED = "closed", "ditutup"


class Review(models.Model):
    """Something a person has to decide: an enrolment in doubt, or an op that could not be judged."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    reason = models.TextField()
    """identity_same, identity_similar, quota, licence, clock, contact, consent, photo_overdue, op_unreadable, op_gap, op_fork,
    device_ended, age."""
    enrolment_id = models.UUIDField(null=True)
    op_id = models.UUIDField(null=True)
    device_id = models.UUIDField(null=True)
    agent_id = models.UUIDField(null=True)
    candidates = models.JSONField(default=list)
    """[{"person": id, "branch": id, "score": 0..100, "same": [fields that agree]}], best first."""
    state = models.TextField(choices=ReviewState, default=ReviewState.OPEN)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    owner_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    note = models.TextField(blank=True, default="")

    class Meta:
        db_table = "members_review"
        indexes = [
            models.Index(fields=["branch_id", "due_at"], name="review_open", condition=Q(state="open")),
            models.Index(fields=["branch_id", "enrolment_id"], name="review_enrolment"),
            models.Index(fields=["branch_id", "op_id"], name="review_op", condition=Q(op_id__isnull=False)),
        ]


class NikClaim(models.Model):
    """National registry: which enrolment holds a NIK in a segment. Outside row-level security, reached only through
    the functions ``members_claim_niks``, ``members_release_nik`` and ``members_nik_holder``."""

    pk = models.CompositePrimaryKey("nik_hash", "segment")
    nik_hash = models.BinaryField()
    segment = models.TextField()
    branch_id = models.IntegerField()
    enrolment_id = models.UUIDField()
    claimed_at = models.DateTimeField()

    class Meta:
        db_table = "members_nik_claim"


class CoreFile(models.Model):
    """A file that went to the core system or came back from it. Its rows hold numbers and outcomes, no personal data."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    direction = models.TextField(choices=[("export", "ekspor"), ("import", "impor")])
    sha256 = models.BinaryField(null=True)
    """Of an imported file: the same bytes are taken once."""
    at = models.DateTimeField()
    user_id = models.UUIDField(null=True)
    enrolments = ArrayField(models.UUIDField(), default=list)
    outcome = models.JSONField(default=list)
    """Of an import, a row each: [line, outcome, detail]."""

    class Meta:
        db_table = "members_core_file"
        constraints = [
            models.UniqueConstraint(
                fields=["branch_id", "sha256"], condition=Q(direction="import"), name="core_file_once"
            ),
        ]


class Kpj(models.Model):
    """National registry of participant numbers: which enrolment holds one. Outside row-level security."""

    kpj = models.TextField(primary_key=True)
    branch_id = models.IntegerField()
    enrolment_id = models.UUIDField()
    is_demo = models.BooleanField(default=False)

    class Meta:
        db_table = "members_kpj"
        indexes = [models.Index(fields=["branch_id", "enrolment_id"], name="kpj_enrolment")]


class KpjBlock(models.Model):
    """Where a branch's demo numbering of participant numbers stands."""

    branch_id = models.IntegerField(primary_key=True)
    next = models.BigIntegerField(default=1)

    class Meta:
        db_table = "members_kpj_block"

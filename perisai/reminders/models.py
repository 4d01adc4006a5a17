"""Reminders, what people answered to them, visits of agents and what came of them, and what a branch has to look into."""

from django.db import models
from django.db.models import Q

from perisai.events.defaults import Uuid7


class ReminderState(models.TextChoices):
    PLANNED = "planned", "direncanakan"
    SENT = "sent", "terkirim"
    DROPPED = "dropped", "tidak perlu"
    FAILED = "failed", "gagal"


class Reminder(models.Model):
    """One reminder to one member or employer, by one rule, about one date. Never twice."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    rule = models.TextField()
    """A key of ``rules/reminders.yaml``."""
    subject = models.TextField(choices=[("member", "peserta"), ("employer", "pemberi kerja")])
    subject_id = models.UUIDField()
    """Of an enrolment or an employer."""
    about_on = models.DateField()
    """The date it counts from: the end of protection, the day it ends for good, the day dues are due."""
    planned_on = models.DateField()
    agent_id = models.UUIDField(null=True)
    sub_branch_id = models.IntegerField(null=True)
    state = models.TextField(choices=ReminderState, default=ReminderState.PLANNED)
    reason = models.TextField(blank=True, default="")
    """Why it was dropped or failed: paid, stopped, no_consent, no_number, budget, too_late, handled, channel."""
    amount = models.BigIntegerField(default=0)
    """What was owed when it was planned, rupiah."""
    message_id = models.UUIDField(null=True)
    planned_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reminders_reminder"
        constraints = [
            models.UniqueConstraint(fields=["branch_id", "subject_id", "rule", "about_on"], name="reminder_once"),
        ]
        indexes = [
            models.Index(fields=["branch_id", "message_id"], name="reminder_message"),
            models.Index(fields=["branch_id", "planned_on"], name="reminder_day"),
        ]


class Said(models.TextChoices):
    PAID = "paid", "sudah bayar ke seseorang"
    NOT_PAID = "not_paid", "belum bayar"
    STOPPED = "stopped", "sudah tidak bekerja"
    WRONG = "wrong", "salah nomor"


class Answer(models.Model):
    """What somebody answered to a reminder. Changing one's mind is a row more; the newest counts."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    reminder_id = models.UUIDField()
    enrolment_id = models.UUIDField(null=True)
    employer_id = models.UUIDField(null=True)
    """Of a reminder to an employer, which is no enrolment's."""
    said = models.TextField(choices=Said)
    whom = models.TextField(blank=True, default="")
    """Of ``paid``: agent, office, bank, other."""
    whom_sealed = models.BinaryField(null=True)
    """The name they wrote."""
    paid_on = models.DateField(null=True)
    amount = models.BigIntegerField(null=True)
    said_at = models.DateTimeField()

    class Meta:
        db_table = "reminders_answer"
        indexes = [
            models.Index(fields=["branch_id", "reminder_id", "said_at"], name="answer_reminder"),
            models.Index(fields=["branch_id", "enrolment_id"], name="answer_enrolment"),
        ]


class Outcome(models.TextChoices):
    PAID_ELSEWHERE = "paid_elsewhere", "sudah bayar ke orang lain"
    PROMISED = "promised", "berjanji bayar"
    MOVED = "moved", "pindah"
    SICK = "sick", "sakit"
    DIED = "died", "meninggal"
    REFUSED = "refused", "menolak"
    NOT_FOUND = "not_found", "tidak bertemu"


class Visit(models.Model):
    """What came of an agent's visit or call, as the phone recorded it (op ``visit_outcome``). An undo is an op of its own."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField()
    """Of the op."""
    enrolment_id = models.UUIDField()
    agent_id = models.UUIDField()
    device_id = models.UUIDField(null=True)
    outcome = models.TextField(choices=Outcome)
    promised_on = models.DateField(null=True)
    whom = models.TextField(blank=True, default="")
    whom_sealed = models.BinaryField(null=True)
    paid_on = models.DateField(null=True)
    amount = models.BigIntegerField(null=True)
    note_sealed = models.BinaryField(null=True)
    visited_on = models.DateField()
    recorded_at = models.DateTimeField()
    """By the phone's clock as the server bounds it, the latest it can have been."""
    received_at = models.DateTimeField()
    place = models.JSONField(null=True)
    undone_by = models.UUIDField(null=True)
    """The op that took it back."""

    class Meta:
        db_table = "reminders_visit"
        indexes = [
            models.Index(fields=["branch_id", "enrolment_id", "recorded_at"], name="visit_enrolment"),
            models.Index(fields=["branch_id", "agent_id", "recorded_at"], name="visit_agent"),
            models.Index(fields=["branch_id", "visited_on"], name="visit_place", condition=Q(place__isnull=False)),
        ]


class Contact(models.Model):
    """What visits and answers add up to for one enrolment today: whether to remind, when to come again."""

    pk = models.CompositePrimaryKey("branch_id", "enrolment_id")
    branch_id = models.IntegerField()
    enrolment_id = models.UUIDField()
    stopped = models.TextField(blank=True, default="")
    """No reminders: died, moved, wrong_number, stopped_working; '' is none of these."""
    is_sick = models.BooleanField(default=False)
    promised_on = models.DateField(null=True)
    outcome = models.TextField(blank=True, default="")
    outcome_on = models.DateField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "reminders_contact"


class CaseKind(models.TextChoices):
    PAID_SOMEBODY = "paid_somebody", "sudah bayar ke seseorang"
    DIED = "died", "meninggal"
    STOPPED = "stopped", "tidak bekerja lagi"
    WRONG_NUMBER = "wrong_number", "salah nomor"


class Case(models.Model):
    """What the branch looks into because somebody said so. One open row of a kind for an enrolment, or for an employer."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    kind = models.TextField(choices=CaseKind)
    enrolment_id = models.UUIDField(null=True)
    employer_id = models.UUIDField(null=True)
    agent_id = models.UUIDField(null=True)
    """Who has the care of the member."""
    sub_branch_id = models.IntegerField(null=True)
    answer_id = models.UUIDField(null=True)
    visit_id = models.UUIDField(null=True)
    has_receipt = models.BooleanField(null=True)
    """Of ``paid_somebody``: whether a receipt for cash of this member was known when it was opened."""
    opened_at = models.DateTimeField()
    due_on = models.DateField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    decision = models.TextField(blank=True, default="")
    note = models.TextField(blank=True, default="")

    class Meta:
        db_table = "reminders_case"
        constraints = [
            models.UniqueConstraint(
                fields=["branch_id", "enrolment_id", "kind"], condition=Q(closed_at__isnull=True), name="case_open_once"
            ),
            models.UniqueConstraint(
                fields=["branch_id", "employer_id", "kind"],
                condition=Q(closed_at__isnull=True),
                name="case_employer_once",
            ),
            models.CheckConstraint(
                condition=Q(enrolment_id__isnull=False, employer_id__isnull=True)
                | Q(enrolment_id__isnull=True, employer_id__isnull=False),
                name="case_of_one",
            ),
        ]
        indexes = [
            models.Index(fields=["branch_id", "due_on"], name="case_open", condition=Q(closed_at__isnull=True)),
            models.Index(fields=["branch_id", "answer_id"], name="case_answer", condition=Q(answer_id__isnull=False)),
            models.Index(fields=["branch_id", "visit_id"], name="case_visit", condition=Q(visit_id__isnull=False)),
        ]

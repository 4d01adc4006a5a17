"""Courses and their versions, who must take them, who took them, and lessons in a classroom."""

from django.db import models
from django.db.models import F, Q

from perisai.events.defaults import Uuid7


class Audience(models.TextChoices):
    """For whom a course is required; the agent's state or the role of staff on that day decides."""

    TRAINEE = "trainee", "calon agen dalam pelatihan"
    AGENT = "agent", "agen berizin"
    ALL = "all", "semua agen"
    AGENCY = "agency", "Kantor Perisai"
    SUB_BRANCH = "sub_branch", "petugas KCP"
    BRANCH = "branch", "petugas kantor cabang"
    BRANCH_HEAD = "branch_head", "kepala kantor cabang"
    STAFF = "staff", "semua petugas"


class _OfBranch(models.Model):
    """A row of a branch under an id of its own."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())

    class Meta:
        abstract = True


class Course(_OfBranch):
    """What staff made to be learnt. What it says stands in its versions; ``published`` is the one offered now.

    ``branch_id`` is its owner: a branch, or an office above the branches, whose courses all branches under it use (decision
    0008). The same holds for its versions, media, uploads and for rules.
    """

    published = models.IntegerField(null=True)
    """Number of the version that is offered; null before the first and after the course was withdrawn."""
    created_by = models.UUIDField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "training_course"
        constraints = [models.UniqueConstraint(fields=["id"], name="training_course_id")]


class Version(_OfBranch):
    """One version of a course. A draft may change (``revision`` counts how often), a published one never: a trigger keeps it.

    ``content`` is ``{"modules": [{"id", "title", "parts": [...]}]}``; the parts are those of ``content.py``.
    """

    course_id = models.UUIDField()
    number = models.IntegerField()
    """From 1 within the course."""
    title = models.TextField()
    summary = models.TextField(blank=True, default="")
    credit_minutes = models.IntegerField(default=0)
    pass_percent = models.SmallIntegerField(default=70)
    """Of the questions of each quiz."""
    content = models.JSONField()
    revision = models.IntegerField(default=0)
    published_at = models.DateTimeField(null=True)
    published_by = models.UUIDField(null=True)

    class Meta:
        db_table = "training_version"
        constraints = [
            models.UniqueConstraint(fields=["branch_id", "course_id", "number"], name="training_version_number"),
            models.UniqueConstraint(
                fields=["branch_id", "course_id"],
                name="training_one_draft",
                condition=Q(published_at__isnull=True),
            ),
            models.CheckConstraint(condition=Q(credit_minutes__range=(0, 6000)), name="training_version_credit"),
            models.CheckConstraint(condition=Q(pass_percent__range=(0, 100)), name="training_version_pass"),
            models.UniqueConstraint(fields=["id"], name="training_version_id"),
        ]


class Media(models.Model):
    """A picture or video of a branch's courses, by the SHA-256 of its bytes."""

    pk = models.CompositePrimaryKey("branch_id", "sha256")
    branch_id = models.IntegerField()
    sha256 = models.BinaryField()
    media_type = models.TextField()
    size = models.IntegerField()
    """Bytes."""
    added_by = models.UUIDField(null=True)
    added_at = models.DateTimeField()

    class Meta:
        db_table = "training_media"


class MediaPiece(models.Model):
    """256 KiB of a medium (the last one less), as phones fetch it."""

    pk = models.CompositePrimaryKey("branch_id", "sha256", "number")
    branch_id = models.IntegerField()
    sha256 = models.BinaryField()
    number = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        db_table = "training_media_piece"


class Upload(_OfBranch):
    """A video on its way from the browser of staff, in pieces; swept after a day."""

    size = models.IntegerField()
    received = models.IntegerField(default=0)
    begun_by = models.UUIDField(null=True)
    begun_at = models.DateTimeField()

    class Meta:
        db_table = "training_upload"


class UploadPiece(models.Model):
    pk = models.CompositePrimaryKey("branch_id", "upload_id", "starts")
    branch_id = models.IntegerField()
    upload_id = models.UUIDField()
    starts = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        db_table = "training_upload_piece"


class Requirement(_OfBranch):
    """From a day on, everybody of an audience must have taken a course; ``until`` ends the rule (that day no more)."""

    course_id = models.UUIDField()
    audience = models.TextField(choices=Audience)
    since = models.DateField()
    until = models.DateField(null=True)
    made_by = models.UUIDField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "training_requirement"
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="training_requirement_dates"
            ),
        ]
        indexes = [models.Index(fields=["course_id", "branch_id"], name="training_requirement_to_course")]


class Assignment(_OfBranch):
    """A course that one person must take, also again; done by a taking that was completed after it was assigned."""

    trainee_id = models.UUIDField()
    course_id = models.UUIDField()
    reason = models.TextField()
    due_on = models.DateField(null=True)
    assigned_by = models.UUIDField(null=True)
    assigned_at = models.DateTimeField()

    class Meta:
        db_table = "training_assignment"
        indexes = [
            models.Index(fields=["branch_id", "trainee_id"], name="training_assignment_trainee"),
            models.Index(fields=["course_id", "branch_id"], name="training_assignment_to_course"),
        ]


class Taking(models.Model):
    """One person takes one version of a course, begun on the phone, which made the id. It stays with its version."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField()
    trainee_id = models.UUIDField()
    course_id = models.UUIDField()
    version_id = models.UUIDField()
    begun_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    """When the last module was passed, by the best estimate of the phone's time."""
    completed_on = models.DateField(null=True)
    """That instant's day at the branch."""
    credit_minutes = models.IntegerField(default=0)
    """Credited by it: those of its version, once per person and version."""

    class Meta:
        db_table = "training_taking"
        constraints = [
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True, completed_on__isnull=True)
                | Q(completed_at__isnull=False, completed_on__isnull=False),
                name="training_taking_done",
            ),
        ]
        indexes = [
            models.Index(fields=["branch_id", "trainee_id", "course_id"], name="training_taking_trainee"),
            models.Index(fields=["version_id", "branch_id"], name="training_taking_to_version"),
            models.Index(fields=["course_id", "branch_id"], name="training_taking_to_course"),
        ]


class Progress(models.Model):
    """One module worked through, as one op of the phone told it. Append-only; a quiz that was not passed is a row too."""

    pk = models.CompositePrimaryKey("branch_id", "op_id")
    branch_id = models.IntegerField()
    op_id = models.UUIDField()
    taking_id = models.UUIDField()
    module = models.TextField()
    answers = models.JSONField()
    """Chosen options by id of the question."""
    right = models.SmallIntegerField()
    asked = models.SmallIntegerField()
    passed = models.BooleanField()
    done_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "training_progress"
        indexes = [models.Index(fields=["branch_id", "taking_id"], name="training_progress_taking")]


class Lesson(_OfBranch):
    """A session in a classroom: a course or a topic, a place and a time. Its code of attendance is bound to all of them."""

    course_id = models.UUIDField(null=True)
    """The course that being there completes; null for one that only earns credit."""
    title = models.TextField()
    teacher = models.TextField(blank=True, default="")
    place = models.TextField()
    region_code = models.TextField(blank=True, default="")
    """Kecamatan, where no point was given."""
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    radius = models.IntegerField(default=150)
    """Metres around the point within which a phone must be."""
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    credit_minutes = models.IntegerField(default=0)
    cancelled_at = models.DateTimeField(null=True)
    made_by = models.UUIDField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "training_lesson"
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="training_lesson_times"),
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lon__isnull=True) | Q(lat__isnull=False, lon__isnull=False),
                name="training_lesson_point",
            ),
            models.CheckConstraint(condition=Q(credit_minutes__range=(0, 6000)), name="training_lesson_credit"),
        ]
        indexes = [
            models.Index(fields=["branch_id", "starts_at"], name="training_lesson_starts"),
            models.Index(fields=["course_id", "branch_id"], name="training_lesson_to_course"),
        ]


class AttendanceState(models.TextChoices):
    PRESENT = "present", "hadir"
    FLAGGED = "flagged", "perlu dilihat pengajar"
    ABSENT = "absent", "tidak hadir"


class Attendance(models.Model):
    """One person at one lesson, once. ``present`` counts; what stands here changes only by hand, with the reason."""

    pk = models.CompositePrimaryKey("branch_id", "lesson_id", "trainee_id")
    branch_id = models.IntegerField()
    lesson_id = models.UUIDField()
    trainee_id = models.UUIDField()
    state = models.TextField(choices=AttendanceState)
    flag = models.TextField(blank=True, default="")
    """Why a teacher should look: ``no_place``, ``no_point``, ``outside``, ``received_late``."""
    distance = models.IntegerField(null=True)
    """Metres from the lesson's point, as the phone measured."""
    op_id = models.UUIDField(null=True)
    """Null: entered by hand."""
    at = models.DateTimeField()
    corrected_by = models.UUIDField(null=True)
    corrected_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, default="")

    class Meta:
        db_table = "training_attendance"
        indexes = [models.Index(fields=["branch_id", "trainee_id"], name="training_attendance_trainee")]

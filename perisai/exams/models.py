"""Questions in versions, exams as data, attempts with their paper, and results that nobody changes afterwards."""

from django.db import models
from django.db.models import F, Q

from perisai.events.defaults import Uuid7


class Topic(models.Model):
    """What a question is about. ``code`` is how a file of questions names it.

    Topic, question and version belong to a branch, or (``branch_id``) to an office above the branches: then every branch under it
    may draw from them (decision 0008). A branch's topic and one from above with its code are one topic.
    """

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    code = models.TextField()
    name_id = models.TextField()
    name_en = models.TextField()

    class Meta:
        db_table = "exams_topic"
        constraints = [
            models.UniqueConstraint(fields=["branch_id", "code"], name="exam_topic_code"),
            models.UniqueConstraint(fields=["id"], name="exam_topic_id"),
        ]


class QuestionState(models.TextChoices):
    ACTIVE = "active", "dipakai"
    RETIRED = "retired", "ditarik"


class Question(models.Model):
    """The question over all its versions; papers draw from the ``version`` that is current and active."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    version = models.SmallIntegerField(default=1)
    topic_id = models.UUIDField()
    difficulty = models.SmallIntegerField()
    """1 easy, 2 medium, 3 hard: as its author thinks; the statistics say what it turned out to be."""
    state = models.TextField(choices=QuestionState, default=QuestionState.ACTIVE)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "exams_question"
        constraints = [models.CheckConstraint(condition=Q(difficulty__range=(1, 3)), name="exam_question_difficulty")]
        indexes = [models.Index(fields=["branch_id", "topic_id", "difficulty"], name="exam_question_cell")]


class QuestionVersion(models.Model):
    """What candidates read. Never changed: an edit is a new version, and papers keep theirs."""

    pk = models.CompositePrimaryKey("branch_id", "question_id", "version")
    branch_id = models.IntegerField()
    question_id = models.UUIDField()
    version = models.SmallIntegerField()
    topic_id = models.UUIDField()
    difficulty = models.SmallIntegerField()
    text_id = models.TextField()
    text_en = models.TextField()
    options = models.JSONField()
    """``[{"id": ..., "en": ...}, ...]``, two to six."""
    correct = models.SmallIntegerField()
    """Index into ``options``."""
    made_by = models.UUIDField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "exams_question_version"
        constraints = [models.UniqueConstraint(fields=["question_id", "version"], name="exam_version_id")]
        indexes = [models.Index(fields=["branch_id", "topic_id"], name="exam_version_topic")]


class ExamState(models.TextChoices):
    DRAFT = "draft", "disusun"
    OPEN = "open", "dibuka"
    CLOSED = "closed", "ditutup"


class Exam(models.Model):
    """Figures that are null follow ``rules/agents.yaml`` on the day of the attempt."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    name_id = models.TextField()
    name_en = models.TextField()
    state = models.TextField(choices=ExamState, default=ExamState.DRAFT)
    for_licence = models.BooleanField(default=True)
    """Whether passing it is the examination that a licence needs."""
    minutes = models.SmallIntegerField(null=True)
    pass_percent = models.SmallIntegerField(null=True)
    attempts = models.SmallIntegerField(null=True)
    wait_days = models.SmallIntegerField(null=True)
    draws_national = models.BooleanField(default=True, db_default=True)
    """Whether papers also have questions of the banks above the branch."""
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "exams_exam"
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__range=(1, 600)) | Q(minutes__isnull=True), name="exam_minutes_sensible"
            ),
            models.CheckConstraint(
                condition=Q(pass_percent__range=(1, 100)) | Q(pass_percent__isnull=True), name="exam_pass_sensible"
            ),
        ]


class Blueprint(models.Model):
    """How many questions of a topic and difficulty an exam has."""

    pk = models.CompositePrimaryKey("branch_id", "exam_id", "topic_id", "difficulty")
    branch_id = models.IntegerField()
    exam_id = models.UUIDField()
    topic_id = models.UUIDField()
    difficulty = models.SmallIntegerField()
    questions = models.SmallIntegerField()

    class Meta:
        db_table = "exams_blueprint"
        constraints = [
            models.CheckConstraint(
                condition=Q(difficulty__range=(1, 3), questions__range=(1, 200)), name="exam_blueprint_sensible"
            )
        ]
        indexes = [models.Index(fields=["topic_id", "branch_id"], name="exam_blueprint_to_topic")]


class Sitting(models.Model):
    """An exam date: attempts of its seats begin between two instants."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    exam_id = models.UUIDField()
    place = models.TextField(blank=True, default="")
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    class Meta:
        db_table = "exams_sitting"
        constraints = [models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="exam_sitting_window")]
        indexes = [models.Index(fields=["branch_id", "exam_id", "opens_at"], name="exam_sitting_exam")]


class Seat(models.Model):
    """A trainee may take this exam through a personal link, which is made of branch, seat and expiry."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    exam_id = models.UUIDField()
    sitting_id = models.UUIDField(null=True)
    trainee_id = models.UUIDField()
    given_by = models.UUIDField(null=True)
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "exams_seat"
        constraints = [
            models.UniqueConstraint(
                fields=["branch_id", "exam_id", "trainee_id", "sitting_id"],
                condition=Q(withdrawn_at__isnull=True),
                nulls_distinct=False,
                name="exam_seat_once",
            )
        ]
        indexes = [
            models.Index(fields=["branch_id", "trainee_id"], name="exam_seat_trainee"),
            models.Index(fields=["branch_id", "sitting_id"], name="exam_seat_sitting"),
        ]


class Attempt(models.Model):
    """One candidate before one paper. What was decided when it began stays with it: seed, minutes and pass mark."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    exam_id = models.UUIDField()
    seat_id = models.UUIDField()
    trainee_id = models.UUIDField()
    number = models.SmallIntegerField()
    seed = models.BigIntegerField()
    minutes = models.SmallIntegerField()
    pass_percent = models.SmallIntegerField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "exams_attempt"
        constraints = [
            models.UniqueConstraint(
                fields=["branch_id", "exam_id", "trainee_id", "number"], name="exam_attempt_number"
            ),
            models.UniqueConstraint(
                fields=["branch_id", "exam_id", "trainee_id"],
                condition=Q(ended_at__isnull=True),
                name="exam_attempt_one_open",
            ),
        ]
        indexes = [
            models.Index(fields=["branch_id", "due_at"], condition=Q(ended_at__isnull=True), name="exam_attempt_due"),
            models.Index(fields=["branch_id", "trainee_id"], name="exam_attempt_trainee"),
            models.Index(fields=["branch_id", "seat_id"], name="exam_attempt_seat"),
        ]


class PaperLine(models.Model):
    """One question of a paper, and its answer so far."""

    pk = models.CompositePrimaryKey("branch_id", "attempt_id", "position")
    branch_id = models.IntegerField()
    attempt_id = models.UUIDField()
    position = models.SmallIntegerField()
    """From 1."""
    question_id = models.UUIDField()
    version = models.SmallIntegerField()
    shown = models.JSONField()
    """The order of the options: ``[2, 0, 1]`` shows option 2 first."""
    answer = models.SmallIntegerField(null=True)
    """Index into the version's options, not into what was shown."""
    answered_at = models.DateTimeField(null=True)
    answered_from = models.UUIDField(null=True)
    """The browser that gave it, by a cookie of this page alone."""

    class Meta:
        db_table = "exams_paper_line"
        indexes = [models.Index(fields=["question_id", "version", "branch_id"], name="exam_line_to_question")]


class Ending(models.TextChoices):
    SUBMITTED = "submitted", "diserahkan"
    TIME = "time", "waktu habis"


class Result(models.Model):
    """What came out, with the answers it was computed from. Written once (the web role may not update or delete it)."""

    pk = models.CompositePrimaryKey("branch_id", "attempt_id")
    branch_id = models.IntegerField()
    attempt_id = models.UUIDField()
    exam_id = models.UUIDField()
    trainee_id = models.UUIDField()
    ending = models.TextField(choices=Ending)
    correct = models.SmallIntegerField()
    questions = models.SmallIntegerField()
    pass_percent = models.SmallIntegerField()
    passed = models.BooleanField()
    topics = models.JSONField()
    """``[{"topic": id, "correct": n, "questions": n}, ...]``"""
    answers = models.JSONField()
    """By position; null where none was given."""
    ended_at = models.DateTimeField()
    ended_on = models.DateField()
    """The branch's day."""

    class Meta:
        db_table = "exams_result"
        constraints = [
            models.CheckConstraint(
                condition=Q(correct__gte=0, questions__gte=1, correct__lte=F("questions")), name="exam_result_sane"
            )
        ]
        indexes = [
            models.Index(fields=["branch_id", "trainee_id", "ended_on"], name="exam_result_trainee"),
            models.Index(fields=["branch_id", "exam_id", "ended_at"], include=["passed"], name="exam_result_outcome"),
        ]


class AnnulReason(models.TextChoices):
    CHEATING = "cheating", "kecurangan"
    IDENTITY = "identity", "bukan orangnya"
    QUESTION = "question", "soal keliru"
    TECHNICAL = "technical", "gangguan teknis"


class Annulment(models.Model):
    """Another row that takes a result's effect away, from its instant. Never taken back, never changed."""

    pk = models.CompositePrimaryKey("branch_id", "attempt_id")
    branch_id = models.IntegerField()
    attempt_id = models.UUIDField()
    reason = models.TextField(choices=AnnulReason)
    note = models.TextField()
    gives_back = models.BooleanField()
    """The candidate was not to blame: the attempt is not counted, and no waiting follows."""
    annulled_by = models.UUIDField(null=True)
    annulled_at = models.DateTimeField()

    class Meta:
        db_table = "exams_annulment"


class ItemFigure(models.Model):
    """What last night's answers say about a question: of the branch, or above the branches of the whole country. Sums only, which
    tell nothing of anybody."""

    pk = models.CompositePrimaryKey("branch_id", "question_id", "version")
    branch_id = models.IntegerField()
    """The owner of the question."""
    question_id = models.UUIDField()
    version = models.SmallIntegerField()
    answers = models.IntegerField()
    branches = models.SmallIntegerField()
    p = models.FloatField()
    point_biserial = models.FloatField(null=True)
    upper_lower = models.FloatField(null=True)
    gathered_at = models.DateTimeField()

    class Meta:
        db_table = "exams_item_figure"

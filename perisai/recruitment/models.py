"""Who wants to become an agent: applications, their documents, what was decided on them, and who was invited."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from perisai.events.defaults import Uuid7


class CandidateState(models.TextChoices):
    APPLIED = "applied", "melamar"
    SCREENED = "screened", "lolos berkas"
    IN_TRAINING = "in_training", "pelatihan"
    EXAMINED = "examined", "lulus ujian"
    LICENSED = "licensed", "berizin"
    REFUSED = "refused", "ditolak"
    WITHDRAWN = "withdrawn", "mundur"


class DocumentKind(models.TextChoices):
    ID_CARD = "id_card", "foto KTP"
    FACE = "face", "foto wajah"
    CERTIFICATE = "certificate", "ijazah"
    BANK_BOOK = "bank_book", "buku rekening"
    MEMBERSHIP = "membership", "bukti kepesertaan BPU"


class Candidate(models.Model):
    """One application. The id becomes the agent's id. NIK and account number are encrypted; the keyed hash is for search."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    form_key = models.UUIDField()
    """Made when the form is opened: sending a form twice makes one candidate."""
    state = models.TextField(choices=CandidateState, default=CandidateState.APPLIED)
    state_since = models.DateTimeField()
    applied_at = models.DateTimeField()
    full_name = models.TextField()
    nik_sealed = models.BinaryField()
    nik_hash = models.BinaryField()
    nik_masked = models.TextField()
    birth_date = models.DateField(null=True)
    """Null only where the personal data was erased."""
    education = models.SmallIntegerField()
    """1 primary, 2 junior secondary, 3 senior secondary, 4 diploma, 5 bachelor or above."""
    phone = models.TextField()
    """``+62812...``"""
    bank = models.TextField(blank=True, default="")
    account_sealed = models.BinaryField(null=True)
    account_masked = models.TextField(blank=True, default="")
    account_holder = models.TextField(blank=True, default="")
    is_bpu_member = models.BooleanField()
    kpj = models.TextField(blank=True, default="")
    """Own participant number, where the candidate knows it."""
    is_bpjs_employee = models.BooleanField()
    agency_office_id = models.IntegerField(null=True)
    sub_branch_id = models.IntegerField(null=True)
    """Of the first district asked for, so that its officers see the candidate."""
    districts = ArrayField(models.TextField(), default=list)
    """Kemendagri codes (``15.71.08``)."""
    language = models.TextField(default="id")
    consent_version = models.TextField()
    consented_at = models.DateTimeField()
    code_hash = models.BinaryField()
    """Keyed hash of the code with which the candidate reads the state."""
    invitation_id = models.UUIDField(null=True)
    warnings = ArrayField(models.TextField(), default=list)
    """What the digits of the NIK said when it was sent (rules/nik.yaml)."""
    reason_code = models.TextField(blank=True, default="")
    """Of a refusal: a condition or reason of rules/candidates.yaml."""
    reason_note = models.TextField(blank=True, default="")
    """The officer's own words, which the candidate reads."""
    erased_at = models.DateTimeField(null=True)
    """When the personal data of a closed application went. What stays: states and days, the keyed hash of the NIK (waiting time,
    other applications), and that of the code, so that the candidate can read that it is gone."""

    class Meta:
        db_table = "recruitment_candidate"
        constraints = [
            models.UniqueConstraint(fields=["branch_id", "form_key"], name="candidate_form_once"),
            models.UniqueConstraint(fields=["branch_id", "code_hash"], name="candidate_code"),
            models.CheckConstraint(condition=Q(state__in=CandidateState.values), name="candidate_state_known"),
            models.CheckConstraint(condition=Q(education__gte=1, education__lte=5), name="candidate_education"),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason_code=""), name="candidate_refused_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, birth_date__isnull=False)
                | Q(
                    erased_at__isnull=False,
                    state__in=["refused", "withdrawn"],
                    full_name="",
                    nik_sealed=b"",
                    nik_masked="",
                    birth_date__isnull=True,
                    phone="",
                    account_sealed__isnull=True,
                    account_holder="",
                    kpj="",
                    reason_note="",
                ),
                name="candidate_erased_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["branch_id", "state", "id"], name="candidate_state"),
            models.Index(fields=["branch_id", "nik_hash"], name="candidate_nik"),
            models.Index(fields=["branch_id", "phone"], name="candidate_phone"),
            models.Index(fields=["branch_id", "agency_office_id", "state", "id"], name="candidate_agency"),
            models.Index(fields=["branch_id", "sub_branch_id", "state", "id"], name="candidate_sub_branch"),
            models.Index(
                fields=["branch_id", "state_since"],
                name="candidate_to_erase",
                condition=Q(state__in=["refused", "withdrawn"], erased_at__isnull=True),
            ),
        ]


class Word(models.Model):
    """A word of a candidate's name in small letters: searched from its beginning by plain comparison of text, which
    row-level security lets an index carry."""

    pk = models.CompositePrimaryKey("branch_id", "word", "candidate_id")
    branch_id = models.IntegerField()
    word = models.TextField(db_collation="C")
    candidate_id = models.UUIDField()

    class Meta:
        db_table = "recruitment_word"
        indexes = [models.Index(fields=["branch_id", "candidate_id"], name="word_candidate")]


class Document(models.Model):
    """A picture that a candidate sent. The bytes lie encrypted in the data folder under the document's id."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    candidate_id = models.UUIDField()
    kind = models.TextField(choices=DocumentKind)
    media_type = models.TextField()
    size = models.IntegerField()
    """Bytes, after metadata was taken out."""
    added_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    """Of a proof of membership: an officer has accepted this very picture."""
    accepted_by = models.UUIDField(null=True)

    class Meta:
        db_table = "recruitment_document"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DocumentKind.values), name="document_kind"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(kind="membership"), name="document_proof_accepted"
            ),
            models.UniqueConstraint(
                fields=["branch_id", "candidate_id", "kind"],
                condition=Q(replaced_at__isnull=True),
                name="document_one_of_a_kind",
            ),
        ]
        indexes = [models.Index(fields=["branch_id", "candidate_id"], name="document_candidate")]


class Step(models.Model):
    """One move of a candidate, for ever."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    candidate_id = models.UUIDField()
    from_state = models.TextField()
    to_state = models.TextField(choices=CandidateState)
    at = models.DateTimeField()
    user_id = models.UUIDField(null=True)
    """Null: the candidate, or the system by a fact."""
    reason_code = models.TextField(blank=True, default="")
    note = models.TextField(blank=True, default="")

    class Meta:
        db_table = "recruitment_step"
        indexes = [models.Index(fields=["branch_id", "candidate_id", "at"], name="step_candidate")]


class Invitation(models.Model):
    """Somebody asked by SMS to apply. The code stands in the link; the number is encrypted."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    code = models.TextField()
    phone_sealed = models.BinaryField()
    phone_hash = models.BinaryField()
    phone_masked = models.TextField()
    agency_office_id = models.IntegerField(null=True)
    message_id = models.UUIDField(null=True)
    invited_at = models.DateTimeField()
    invited_by = models.UUIDField(null=True)
    good_until = models.DateTimeField()
    candidate_id = models.UUIDField(null=True)

    class Meta:
        db_table = "recruitment_invitation"
        constraints = [models.UniqueConstraint(fields=["branch_id", "code"], name="invitation_code")]
        indexes = [
            models.Index(fields=["branch_id", "phone_hash", "invited_at"], name="invitation_phone"),
            models.Index(
                fields=["branch_id", "candidate_id"],
                name="invitation_candidate",
                condition=Q(candidate_id__isnull=False),
            ),
        ]


class NikClaim(models.Model):
    """National registry: which candidate or agent holds a NIK. Outside row-level security, reached only through functions of
    the database."""

    nik_hash = models.BinaryField(primary_key=True)
    branch_id = models.IntegerField()
    candidate_id = models.UUIDField()
    claimed_at = models.DateTimeField()

    class Meta:
        db_table = "recruitment_nik_claim"
        indexes = [models.Index(fields=["branch_id", "candidate_id"], name="nik_claim_candidate")]


class Bar(models.Model):
    """National registry: until when somebody may not become an agent again, after an ending or under a sanction. Outside
    row-level security, reached only through functions of the database."""

    pk = models.CompositePrimaryKey("branch_id", "candidate_id", "kind", "since")
    branch_id = models.IntegerField()
    candidate_id = models.UUIDField()
    nik_hash = models.BinaryField()
    kind = models.TextField(choices=[("ended", "berakhir"), ("sanction", "sanksi")])
    since = models.DateField()
    until = models.DateField(null=True)
    """First day on which it no longer holds; null: it holds until lifted."""

    class Meta:
        db_table = "recruitment_bar"
        indexes = [models.Index(fields=["nik_hash"], name="bar_nik")]

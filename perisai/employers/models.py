"""Micro and small enterprises, who works for them, wages by month, their bills, and the spreadsheets they send."""

from django.db import models
from django.db.models import Q

from perisai.events.defaults import Uuid7


class Scale(models.TextChoices):
    MICRO = "micro", "mikro"
    SMALL = "small", "kecil"
    MEDIUM = "medium", "menengah"


class EmployerState(models.TextChoices):
    ACTIVE = "active", "aktif"
    CLOSED = "closed", "tutup"


class WageKind(models.TextChoices):
    MONTHLY = "monthly", "bulanan"
    DAILY = "daily", "harian"
    PIECE = "piece", "borongan"


class Source(models.TextChoices):
    PHONE = "phone", "HP agen"
    CONSOLE = "console", "kantor"
    FILE = "file", "lembar kerja"
    LINK = "link", "tautan pemberi kerja"


class BillState(models.TextChoices):
    OPEN = "open", "belum dibayar"
    PAID = "paid", "lunas"
    CANCELLED = "cancelled", "dibatalkan"


class ImportState(models.TextChoices):
    WAITING = "waiting", "menunggu"
    RUNNING = "running", "diproses"
    DONE = "done", "selesai"
    UNREADABLE = "unreadable", "tidak terbaca"
    UNDONE = "undone", "dibatalkan"


class RowState(models.TextChoices):
    ACCEPTED = "accepted", "diterima"
    REVIEW = "review", "diperiksa"
    ALREADY = "already", "sudah ada"
    WRONG = "wrong", "salah"


class Employer(models.Model):
    """A micro or small enterprise. The owner's NIK is encrypted; the keyed hash is for search. Rupiah."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    """The id of the op or form that made it."""
    npp = models.TextField(null=True)
    """The core system's number, once it has given one; the country's registry is ``Npp``."""
    name = models.TextField()
    name_key = models.TextField()
    owner_name = models.TextField()
    owner_nik_sealed = models.BinaryField(null=True)
    owner_nik_hash = models.BinaryField(null=True)
    owner_nik_masked = models.TextField(default="")
    owner_enrolment_id = models.UUIDField(null=True)
    """The owner's own membership (BPU), where they have one through us."""
    scale = models.TextField(choices=Scale)
    capital = models.BigIntegerField(null=True)
    sales = models.BigIntegerField(null=True)
    """What the scale was told by: capital without land and buildings, sales in a year."""
    risk = models.TextField()
    """JKK risk class: a key of ``rules/pu_tariff.yaml``."""
    sector = models.TextField()
    """An occupation group of ``rules/occupations.yaml``."""
    optional = models.JSONField(default=list)
    """Programmes beyond those the scale obliges to, as a list."""
    phone = models.TextField(null=True)
    address = models.TextField(default="")
    region_code = models.TextField()
    nib = models.TextField(null=True)
    npwp_sealed = models.BinaryField(null=True)
    npwp_masked = models.TextField(default="")
    agent_id = models.UUIDField(null=True)
    """Who has the care; null is the branch itself."""
    sub_branch_id = models.IntegerField(null=True)
    agency_office_id = models.IntegerField(null=True)
    state = models.TextField(choices=EmployerState, default=EmployerState.ACTIVE)
    same_as = models.JSONField(default=list)
    """Employers it looked like when it was made, as [id, ...]: somebody said it is another one, or a person still looks."""
    payment_code = models.TextField(null=True)
    """The code that stood on the slip of the first visit."""
    link_id = models.UUIDField(null=True)
    """What the newest personal link names; older links are over."""
    link_until = models.DateField(null=True)
    """Its last day."""
    created_at = models.DateTimeField()
    created_by = models.UUIDField(null=True)
    source = models.TextField(choices=Source)

    class Meta:
        db_table = "employers_employer"
        constraints = [
            models.CheckConstraint(condition=Q(scale__in=Scale.values), name="employer_scale"),
            models.CheckConstraint(condition=Q(state__in=EmployerState.values), name="employer_state"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="employer_source"),
            models.UniqueConstraint(fields=["branch_id", "npp"], condition=Q(npp__isnull=False), name="employer_npp"),
        ]
        indexes = [
            models.Index(fields=["branch_id", "phone"], name="employer_phone", condition=Q(phone__isnull=False)),
            models.Index(fields=["branch_id", "owner_nik_hash"], name="employer_owner"),
            models.Index(fields=["branch_id", "name_key"], name="employer_name"),
            models.Index(fields=["branch_id", "agent_id"], name="employer_agent"),
            models.Index(fields=["branch_id", "link_id"], name="employer_link", condition=Q(link_id__isnull=False)),
        ]


class Npp(models.Model):
    """National registry of employers' numbers. Outside row-level security, reached only through ``employers_claim_npp``."""

    npp = models.TextField(primary_key=True)
    branch_id = models.IntegerField()
    employer_id = models.UUIDField()
    claimed_at = models.DateTimeField()

    class Meta:
        db_table = "employers_npp"


class Job(models.Model):
    """Who works for whom, from which month through which. An enrolment (PU) is one job; nobody is billed for a month after it."""

    pk = models.CompositePrimaryKey("branch_id", "enrolment_id")
    branch_id = models.IntegerField()
    enrolment_id = models.UUIDField()
    employer_id = models.UUIDField()
    first_month = models.DateField()
    last_month = models.DateField(null=True)
    """First day of the last month they work in; null while they stay."""
    import_id = models.UUIDField(null=True)

    class Meta:
        db_table = "employers_job"
        indexes = [
            models.Index(fields=["branch_id", "employer_id", "enrolment_id"], name="job_employer"),
            models.Index(fields=["branch_id", "import_id"], name="job_import", condition=Q(import_id__isnull=False)),
            models.Index(fields=["branch_id", "last_month"], name="job_left", condition=Q(last_month__isnull=False)),
        ]


class Wage(models.Model):
    """What somebody earns in a month, from a month on. Append-only: the wage of a month is that of the row with the latest
    ``from_month`` up to it, and of these the one recorded last (by ``id``); a mistake is corrected by another row."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    enrolment_id = models.UUIDField()
    from_month = models.DateField()
    wage = models.BigIntegerField()
    """Rupiah a month, whatever the kind."""
    kind = models.TextField(choices=WageKind)
    detail = models.JSONField(default=dict)
    """How a daily or piece wage became a month's: {"day": rupiah, "days": n} or {"months": [rupiah, ...]}."""
    corrects = models.UUIDField(null=True)
    """The row that was a mistake."""
    recorded_at = models.DateTimeField()
    recorded_by = models.UUIDField(null=True)
    source = models.TextField(choices=Source)
    import_id = models.UUIDField(null=True)

    class Meta:
        db_table = "employers_wage"
        constraints = [
            models.CheckConstraint(condition=Q(wage__gt=0), name="wage_positive"),
            models.CheckConstraint(condition=Q(kind__in=WageKind.values), name="wage_kind"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="wage_source"),
        ]
        indexes = [models.Index(fields=["branch_id", "enrolment_id", "-from_month", "-id"], name="wage_of_month")]


class Change(models.Model):
    """What was reported of a worker and for which month: joined, left, another wage, or that an earlier report was wrong.
    Append-only."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    employer_id = models.UUIDField()
    enrolment_id = models.UUIDField()
    kind = models.TextField()
    """joined, left, wage, stays (a leave that was wrong), undone (a join of an import that was taken back)."""
    month = models.DateField()
    """The first month it holds for; of ``left`` the last month of work."""
    wage = models.BigIntegerField(null=True)
    corrects = models.UUIDField(null=True)
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    source = models.TextField(choices=Source)
    import_id = models.UUIDField(null=True)

    class Meta:
        db_table = "employers_change"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["joined", "left", "wage", "stays", "undone"]), name="change_kind"
            ),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="change_source"),
        ]
        indexes = [
            models.Index(fields=["branch_id", "employer_id", "-id"], name="change_employer"),
            models.Index(fields=["branch_id", "enrolment_id"], name="change_enrolment"),
            models.Index(fields=["branch_id", "import_id"], name="change_import", condition=Q(import_id__isnull=False)),
        ]


class EmployerBill(models.Model):
    """One employer's month: the bills of all its workers under one order. What changed after it was made is a new one, and this
    one cancelled."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    employer_id = models.UUIDField()
    month = models.DateField()
    order_id = models.UUIDField()
    payment_code = models.TextField()
    workers = models.IntegerField()
    amount = models.BigIntegerField()
    due_on = models.DateField()
    state = models.TextField(choices=BillState, default=BillState.OPEN)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(default="")
    """Why it was cancelled: changed, late, mistake."""

    class Meta:
        db_table = "employers_bill"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="employer_bill_amount"),
            models.CheckConstraint(condition=Q(state__in=BillState.values), name="employer_bill_state"),
            models.UniqueConstraint(
                fields=["branch_id", "employer_id", "month"],
                condition=Q(state="open"),
                name="employer_bill_one_open",
            ),
        ]
        indexes = [
            models.Index(fields=["branch_id", "employer_id", "-month"], name="employer_bill_of"),
            models.Index(fields=["branch_id", "order_id"], name="employer_bill_order"),
        ]


class Import(models.Model):
    """One spreadsheet of an employer. Its content is kept encrypted, so that the wrong rows can be sent back as they came."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    employer_id = models.UUIDField()
    name = models.TextField()
    sha256 = models.BinaryField()
    size = models.IntegerField()
    content_sealed = models.BinaryField(null=True)
    state = models.TextField(choices=ImportState, default=ImportState.WAITING)
    why = models.TextField(default="")
    """Why it is unreadable: a key of ``labels.UNREADABLE``, and what it is about."""
    why_detail = models.TextField(default="")
    rows = models.IntegerField(default=0)
    """In the file, empty ones left out; 0 until it is read."""
    line = models.IntegerField(default=1)
    """The last line of the file that is done: what was killed goes on after it."""
    stepped_at = models.DateTimeField(null=True)
    """When that line was reached."""
    counts = models.JSONField(default=dict)
    """Rows by state: {"accepted": 12, "wrong": 2}."""
    sent_at = models.DateTimeField()
    sent_by = models.UUIDField(null=True)
    source = models.TextField(choices=Source)
    ended_at = models.DateTimeField(null=True)
    undone_by = models.UUIDField(null=True)

    class Meta:
        db_table = "employers_import"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="employer_import_state"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="employer_import_source"),
            models.UniqueConstraint(
                fields=["branch_id", "employer_id", "sha256"],
                condition=~Q(state__in=["undone", "unreadable"]),
                name="employer_import_once",
            ),
        ]
        indexes = [models.Index(fields=["branch_id", "employer_id", "-sent_at"], name="employer_import_sent")]


class ImportRow(models.Model):
    """What became of one row. Nothing of the person: findings are [column, key, detail]."""

    pk = models.CompositePrimaryKey("branch_id", "import_id", "line")
    branch_id = models.IntegerField()
    import_id = models.UUIDField()
    line = models.IntegerField()
    """As the spreadsheet shows it."""
    state = models.TextField(choices=RowState)
    enrolment_id = models.UUIDField(null=True)
    findings = models.JSONField(default=list)

    class Meta:
        db_table = "employers_import_row"
        constraints = [models.CheckConstraint(condition=Q(state__in=RowState.values), name="import_row_state")]

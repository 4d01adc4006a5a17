"""The office tree and the regions of the country: reference data, the same for everybody."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q

from perisai.events.defaults import Uuid7


class OfficeKind(models.TextChoices):
    HEAD = "head", "Kantor Pusat"
    REGION = "region", "Kantor Wilayah"
    BRANCH = "branch", "Kantor Cabang"
    SUB_BRANCH = "sub_branch", "Kantor Cabang Pembantu"
    AGENCY = "agency", "Kantor Perisai"


class Office(models.Model):
    """Head office > Kanwil > KC > KCP, and Kantor Perisai under a KC. The branch (KC) is the tenant."""

    id = models.IntegerField(primary_key=True)
    kind = models.TextField(choices=OfficeKind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    branch_id = models.IntegerField(null=True, blank=True, db_index=True)
    """The branch it belongs to; its own id where it is one; null above."""
    path = ArrayField(models.IntegerField())
    """Ids from the root to itself: a subtree is ``path @> ARRAY[id]``."""
    code = models.TextField(unique=True)
    name = models.TextField()
    timezone = models.TextField(default="Asia/Jakarta")
    province_code = models.TextField(null=True, blank=True)
    regencies = ArrayField(models.TextField(), default=list, blank=True)
    """Codes (``15.71``) of the regencies a branch serves."""
    address = models.TextField(blank=True, default="")
    is_demo = models.BooleanField(default=False)
    is_open = models.BooleanField(default=True)

    class Meta:
        db_table = "offices_office"
        indexes = [GinIndex(fields=["path"], name="office_path")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["head", "region"], branch_id__isnull=True)
                | models.Q(kind="branch", branch_id=models.F("id"))
                | models.Q(kind__in=["sub_branch", "agency"], branch_id__isnull=False),
                name="office_branch_fits_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Region(models.Model):
    """Province, regency, district or village by its Kemendagri code (``15.71.08.1001``)."""

    code = models.TextField(primary_key=True)
    parent_code = models.TextField(null=True)
    level = models.SmallIntegerField()
    """1 province, 2 regency, 3 district, 4 village."""
    name = models.TextField()

    class Meta:
        db_table = "offices_region"
        indexes = [
            models.Index(fields=["parent_code"], name="region_parent"),
            GinIndex(OpClass("name", name="gin_trgm_ops"), name="region_name_trgm"),
        ]

    def __str__(self) -> str:
        return self.name


class CalendarDayKind(models.TextChoices):
    CLOSED = "closed", "tutup"
    OPEN = "open", "tetap buka"
    MARKET = "market", "hari pasar"


class CalendarDay(models.Model):
    """What an office says of a day, for itself and all offices under it. Removing keeps the row."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7())
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    kind = models.TextField(choices=CalendarDayKind)
    day = models.DateField()
    every_days = models.SmallIntegerField(db_default=0)
    """Of a market: held again every so many days; 0 once."""
    name = models.TextField()
    added_by = models.UUIDField(null=True)
    added_at = models.DateTimeField()
    removed_by = models.UUIDField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "offices_calendar_day"
        constraints = [
            models.UniqueConstraint(
                fields=["office", "day"],
                condition=Q(removed_at__isnull=True, kind__in=["closed", "open"]),
                name="calendar_of_office",
            ),
            models.CheckConstraint(
                condition=Q(every_days=0) | Q(kind="market", every_days__gt=0, every_days__lte=366),
                name="calendar_repeats",
            ),
        ]


class LabourImport(models.Model):
    """A file of the labour force that was taken. ``sha256`` of its bytes."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7())
    office_id = models.IntegerField()
    year = models.SmallIntegerField()
    sha256 = models.BinaryField()
    rows = models.IntegerField()
    changed = models.IntegerField()
    at = models.DateTimeField()
    by = models.UUIDField(null=True)

    class Meta:
        db_table = "offices_labour_import"
        indexes = [models.Index(fields=["office_id", "year"], name="labour_import_office")]


class LabourForce(models.Model):
    """People of a kecamatan who work or look for work, in a year. Append-only: the row of the last import counts.

    ``informal``: outside an employment relation, whom BPU is for; ``micro``: employed by micro and small enterprises, for PU.
    """

    pk = models.CompositePrimaryKey("district_code", "year", "import_id")
    district_code = models.TextField()
    year = models.SmallIntegerField()
    import_id = models.UUIDField()
    labour_force = models.IntegerField()
    informal = models.IntegerField()
    micro = models.IntegerField()
    source = models.TextField()
    known_on = models.DateField()

    class Meta:
        db_table = "offices_labour_force"
        constraints = [
            models.CheckConstraint(
                condition=Q(informal__gte=0, micro__gte=0, labour_force__gte=models.F("informal") + models.F("micro")),
                name="labour_force_holds_its_parts",
            )
        ]


class BoundaryImport(models.Model):
    """A file of boundaries that was taken. ``sha256`` of its bytes."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7())
    sha256 = models.BinaryField()
    file_name = models.TextField()
    source = models.TextField()
    licence = models.TextField()
    """The terms under which the data may be shown, as its maker words them."""
    edition = models.TextField()
    districts = models.IntegerField()
    regencies = models.IntegerField()
    at = models.DateTimeField()
    by = models.UUIDField(null=True)

    class Meta:
        db_table = "offices_boundary_import"


class Boundary(models.Model):
    """The boundary of a regency or kecamatan, simplified for screens. Append-only: the row of the last import counts."""

    pk = models.CompositePrimaryKey("code", "import_id")
    code = models.TextField()
    import_id = models.UUIDField()
    level = models.SmallIntegerField()
    polygons = models.JSONField()
    """Each polygon its outer ring and holes, each ring positions (longitude, latitude) in degrees."""
    is_derived = models.BooleanField()
    """A regency drawn from all its kecamatan."""

    class Meta:
        db_table = "offices_boundary"

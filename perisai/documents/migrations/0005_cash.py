"""A receipt for cash is a paper too."""

from django.db import migrations, models

_KINDS = [
    ("receipt", "kuitansi"),
    ("bill", "tagihan"),
    ("order", "tagihan bersama"),
    ("year", "pernyataan tahunan"),
    ("sponsor", "laporan kepada pembayar"),
    ("cash", "tanda terima tunai"),
]


class Migration(migrations.Migration):
    dependencies = [("documents", "0004_purpose")]

    operations = [
        migrations.AlterField("paper", "kind", models.TextField(choices=_KINDS)),
        migrations.RemoveConstraint("paper", "paper_kind"),
        migrations.AddConstraint(
            "paper",
            models.CheckConstraint(condition=models.Q(kind__in=[key for key, _ in _KINDS]), name="paper_kind"),
        ),
    ]

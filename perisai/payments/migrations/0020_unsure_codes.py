"""What a bank was asked and may have done stays due until it has answered."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0019_broken_orders"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="codeatbank", name="code_at_bank_due"),
        migrations.AddField("codeatbank", "is_unsure", models.BooleanField(db_default=False, default=False)),
        migrations.AddIndex(
            model_name="codeatbank",
            index=models.Index(
                condition=models.Q(
                    models.Q(("wanted", models.F("known")), _negated=True), ("is_unsure", True), _connector="OR"
                ),
                fields=["branch_id", "next_at"],
                name="code_at_bank_due",
            ),
        ),
    ]

"""Alerts and steps that wait to be written about; those that were there before have been."""

from django.db import migrations, models

from perisai.events.rls import Grant


class Migration(migrations.Migration):
    dependencies = [("alerts", "0004_confirmed")]

    operations = [
        migrations.AddField("alert", "is_untold", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("step", "is_untold", models.BooleanField(db_default=False, default=False)),
        migrations.AddIndex(
            "alert",
            models.Index(condition=models.Q(("is_untold", True)), fields=["branch_id"], name="alert_untold"),
        ),
        migrations.AddIndex(
            "step",
            models.Index(condition=models.Q(("is_untold", True)), fields=["branch_id"], name="step_untold"),
        ),
        Grant("alerts_step", "SELECT, INSERT, UPDATE, DELETE"),
    ]

"""Stand-in birth dates, whose telephone it is, series, pictures that come later; a picture belongs to its enrolment."""

from django.db import migrations, models

_PHOTO_KEY = """
ALTER TABLE members_photo DROP CONSTRAINT members_photo_pkey;
ALTER TABLE members_photo ADD PRIMARY KEY (branch_id, enrolment_id, sha256);
"""
_PHOTO_KEY_BACK = """
ALTER TABLE members_photo DROP CONSTRAINT members_photo_pkey;
ALTER TABLE members_photo ADD PRIMARY KEY (branch_id, sha256);
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0003_core")]

    operations = [
        migrations.RemoveConstraint(model_name="person", name="person_phone_owner"),
        migrations.AddField(model_name="enrolment", name="photo_due_on", field=models.DateField(null=True)),
        migrations.AddField(model_name="enrolment", name="series_id", field=models.UUIDField(null=True)),
        migrations.AddField(
            model_name="person", name="birth_known", field=models.TextField(db_default="day", default="day")
        ),
        migrations.AddField(model_name="person", name="phone_whose", field=models.TextField(null=True)),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="photo",
                    name="pk",
                    field=models.CompositePrimaryKey(
                        "branch_id",
                        "enrolment_id",
                        "sha256",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                )
            ],
            database_operations=[migrations.RunSQL(_PHOTO_KEY, _PHOTO_KEY_BACK)],
        ),
        migrations.RemoveIndex(model_name="photo", name="photo_enrolment"),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(
                condition=models.Q(("series_id__isnull", False)),
                fields=["branch_id", "series_id"],
                name="enrolment_series",
            ),
        ),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(
                condition=models.Q(("photo_due_on__isnull", False)),
                fields=["branch_id", "photo_due_on"],
                name="enrolment_photo_due",
            ),
        ),
        migrations.AddIndex(
            model_name="photo", index=models.Index(fields=["branch_id", "sha256"], name="photo_sha256")
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("phone_owner__in", ["own", "family", "other", "none"])), name="person_phone_owner"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("birth_known__in", ["day", "month", "year", "estimate"])), name="person_birth_known"
            ),
        ),
    ]

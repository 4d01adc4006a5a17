"""Standings and cohorts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Cohort",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id",
                        "level",
                        "month",
                        "stage",
                        "key",
                        "segment",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("level", models.CharField(max_length=1)),
                ("month", models.DateField()),
                ("stage", models.TextField()),
                ("key", models.TextField()),
                ("segment", models.TextField()),
                ("persons", models.IntegerField()),
                ("taken_at", models.DateTimeField()),
            ],
            options={
                "db_table": "figures_cohort",
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id",
                        "level",
                        "day",
                        "key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("level", models.CharField(max_length=1)),
                ("day", models.DateField()),
                ("key", models.TextField()),
                ("taken_at", models.DateTimeField()),
                ("sub_branch_id", models.IntegerField(null=True)),
                ("agency_office_id", models.IntegerField(null=True)),
                ("paying", models.IntegerField(default=0)),
                ("paying_pu", models.IntegerField(default=0)),
                ("catch_up", models.IntegerField(default=0)),
                ("catch_up_pu", models.IntegerField(default=0)),
                ("ended", models.IntegerField(default=0)),
                ("ended_pu", models.IntegerField(default=0)),
                ("arrears_members", models.IntegerField(default=0)),
                ("arrears_members_pu", models.IntegerField(default=0)),
                ("arrears", models.BigIntegerField(default=0)),
                ("arrears_pu", models.BigIntegerField(default=0)),
                ("custody", models.BigIntegerField(default=0)),
                ("custody_overdue", models.BigIntegerField(default=0)),
                ("agents_active", models.IntegerField(default=0)),
                ("licences_ending", models.IntegerField(default=0)),
                ("quota_cap", models.IntegerField(null=True)),
                ("quota_consumed", models.IntegerField(null=True)),
                ("quota_leased", models.IntegerField(null=True)),
                ("quota_left", models.IntegerField(null=True)),
                ("target", models.IntegerField(null=True)),
            ],
            options={
                "db_table": "figures_standing",
            },
        ),
    ]

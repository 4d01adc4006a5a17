"""Plans of targets, of branches and above."""

from django.db import migrations, models

import perisai.events.defaults


class Migration(migrations.Migration):
    dependencies = [
        ("targets", "0003_quota"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanChange",
            fields=[
                ("plan_id", models.UUIDField()),
                ("revision", models.IntegerField()),
                ("act", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.UUIDField(null=True)),
                ("reason", models.TextField(default="")),
                ("cells", models.JSONField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id",
                        "plan_id",
                        "revision",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("branch_id", models.IntegerField()),
            ],
            options={
                "db_table": "targets_plan_change",
            },
        ),
        migrations.CreateModel(
            name="UpperPlanChange",
            fields=[
                ("plan_id", models.UUIDField()),
                ("revision", models.IntegerField()),
                ("act", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.UUIDField(null=True)),
                ("reason", models.TextField(default="")),
                ("cells", models.JSONField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "plan_id", "revision", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
            ],
            options={
                "db_table": "targets_upper_plan_change",
            },
        ),
        migrations.CreateModel(
            name="Figure",
            fields=[
                ("plan_id", models.UUIDField()),
                ("month", models.DateField()),
                ("segment", models.TextField()),
                ("measure", models.TextField()),
                ("child_level", models.TextField()),
                ("child_key", models.TextField()),
                ("value", models.BigIntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id",
                        "plan_id",
                        "month",
                        "segment",
                        "measure",
                        "child_level",
                        "child_key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("branch_id", models.IntegerField()),
            ],
            options={
                "db_table": "targets_figure",
                "indexes": [
                    models.Index(fields=["branch_id", "child_level", "child_key", "month"], name="figure_child")
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("value__gte", 0)), name="figure_not_negative")
                ],
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("office_id", models.IntegerField()),
                ("year", models.SmallIntegerField()),
                ("version", models.SmallIntegerField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("draft", "konsep"),
                            ("proposed", "diajukan"),
                            ("approved", "disetujui"),
                            ("replaced", "diganti"),
                        ],
                        default="draft",
                    ),
                ),
                ("from_month", models.DateField()),
                ("revision", models.IntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.UUIDField(null=True)),
                ("proposed_at", models.DateTimeField(null=True)),
                ("proposed_by", models.UUIDField(null=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("approved_by", models.UUIDField(null=True)),
                ("approved_on", models.DateField(null=True)),
                ("replaced_on", models.DateField(null=True)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7())),
            ],
            options={
                "db_table": "targets_plan",
                "constraints": [
                    models.UniqueConstraint(fields=("branch_id", "office_id", "year", "version"), name="plan_version"),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["draft", "proposed"])),
                        fields=("branch_id", "office_id", "year"),
                        name="plan_open_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "approved")),
                        fields=("branch_id", "office_id", "year"),
                        name="plan_approved_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "proposed"]),
                            models.Q(("approved_at__isnull", False), ("approved_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="plan_approved_by_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("office_id", models.IntegerField()),
                ("year", models.SmallIntegerField()),
                ("child_level", models.TextField()),
                ("child_key", models.TextField()),
                ("segment", models.TextField()),
                ("measure", models.TextField()),
                ("first_month", models.DateField()),
                ("last_month", models.DateField()),
                ("value", models.BigIntegerField()),
                ("reason", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("open", "menunggu"),
                            ("taken", "diterima"),
                            ("refused", "ditolak"),
                            ("withdrawn", "ditarik"),
                        ],
                        default="open",
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("made_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.UUIDField(null=True)),
                ("answer", models.TextField(default="")),
                ("version", models.SmallIntegerField(null=True)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7())),
            ],
            options={
                "db_table": "targets_proposal",
                "indexes": [
                    models.Index(fields=["branch_id", "office_id", "year"], name="proposal_office"),
                    models.Index(fields=["branch_id", "child_level", "child_key"], name="proposal_child"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("value__gte", 0)), name="proposal_not_negative")
                ],
            },
        ),
        migrations.CreateModel(
            name="UpperFigure",
            fields=[
                ("plan_id", models.UUIDField()),
                ("month", models.DateField()),
                ("segment", models.TextField()),
                ("measure", models.TextField()),
                ("child_level", models.TextField()),
                ("child_key", models.TextField()),
                ("value", models.BigIntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "plan_id",
                        "month",
                        "segment",
                        "measure",
                        "child_level",
                        "child_key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "targets_upper_figure",
                "indexes": [models.Index(fields=["child_level", "child_key", "month"], name="upper_figure_child")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("value__gte", 0)), name="upper_figure_not_negative")
                ],
            },
        ),
        migrations.CreateModel(
            name="UpperPlan",
            fields=[
                ("office_id", models.IntegerField()),
                ("year", models.SmallIntegerField()),
                ("version", models.SmallIntegerField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("draft", "konsep"),
                            ("proposed", "diajukan"),
                            ("approved", "disetujui"),
                            ("replaced", "diganti"),
                        ],
                        default="draft",
                    ),
                ),
                ("from_month", models.DateField()),
                ("revision", models.IntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.UUIDField(null=True)),
                ("proposed_at", models.DateTimeField(null=True)),
                ("proposed_by", models.UUIDField(null=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("approved_by", models.UUIDField(null=True)),
                ("approved_on", models.DateField(null=True)),
                ("replaced_on", models.DateField(null=True)),
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7(), primary_key=True, serialize=False)),
            ],
            options={
                "db_table": "targets_upper_plan",
                "constraints": [
                    models.UniqueConstraint(fields=("office_id", "year", "version"), name="upper_plan_version"),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["draft", "proposed"])),
                        fields=("office_id", "year"),
                        name="upper_plan_open_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "approved")),
                        fields=("office_id", "year"),
                        name="upper_plan_approved_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "proposed"]),
                            models.Q(("approved_at__isnull", False), ("approved_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="upper_plan_approved_by_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UpperProposal",
            fields=[
                ("office_id", models.IntegerField()),
                ("year", models.SmallIntegerField()),
                ("child_level", models.TextField()),
                ("child_key", models.TextField()),
                ("segment", models.TextField()),
                ("measure", models.TextField()),
                ("first_month", models.DateField()),
                ("last_month", models.DateField()),
                ("value", models.BigIntegerField()),
                ("reason", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("open", "menunggu"),
                            ("taken", "diterima"),
                            ("refused", "ditolak"),
                            ("withdrawn", "ditarik"),
                        ],
                        default="open",
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("made_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.UUIDField(null=True)),
                ("answer", models.TextField(default="")),
                ("version", models.SmallIntegerField(null=True)),
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7(), primary_key=True, serialize=False)),
            ],
            options={
                "db_table": "targets_upper_proposal",
                "indexes": [
                    models.Index(fields=["office_id", "year"], name="upper_proposal_office"),
                    models.Index(fields=["child_level", "child_key"], name="upper_proposal_child"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("value__gte", 0)), name="upper_proposal_not_negative")
                ],
            },
        ),
    ]

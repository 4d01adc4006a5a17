"""Changes of rules: proposed, tried on present members, decided, published. Rows of the first three never change."""

import django.db.models.deletion
from django.db import migrations, models

import perisai.events.defaults
from perisai.events.rls import Grant


class Migration(migrations.Migration):
    dependencies = [
        ("contributions", "0005_runs_scope"),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleChange",
            fields=[
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7(), primary_key=True, serialize=False)),
                ("file", models.TextField()),
                ("base_text", models.TextField()),
                ("text", models.TextField()),
                ("why", models.TextField()),
                ("is_correction", models.BooleanField()),
                ("holds_from", models.DateField()),
                ("proposed_at", models.DateTimeField()),
                ("proposed_by", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "contributions_rule_change",
                "indexes": [models.Index(fields=["proposed_at"], name="rule_change_proposed")],
            },
        ),
        migrations.CreateModel(
            name="RuleSet",
            fields=[
                ("number", models.IntegerField(primary_key=True, serialize=False)),
                ("files", models.JSONField()),
                ("version", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.UUIDField(null=True)),
                (
                    "change",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="contributions.rulechange"),
                ),
            ],
            options={
                "db_table": "contributions_rule_set",
            },
        ),
        migrations.CreateModel(
            name="RuleStep",
            fields=[
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7(), primary_key=True, serialize=False)),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("approved", "disetujui"),
                            ("refused", "ditolak"),
                            ("taken_back", "dibatalkan pengusul"),
                            ("withdrawn", "ditarik"),
                        ]
                    ),
                ),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.UUIDField(null=True)),
                (
                    "change",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="contributions.rulechange"),
                ),
            ],
            options={
                "db_table": "contributions_rule_step",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["approved", "refused", "taken_back", "withdrawn"])),
                        name="rule_step_kind",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "withdrawn"), _negated=True),
                        fields=("change",),
                        name="rule_step_decided_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "withdrawn")), fields=("change",), name="rule_step_withdrawn_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RuleTrial",
            fields=[
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7(), primary_key=True, serialize=False)),
                (
                    "state",
                    models.TextField(
                        choices=[("running", "berjalan"), ("done", "selesai"), ("failed", "gagal")], default="running"
                    ),
                ),
                ("first_month", models.DateField()),
                ("months", models.SmallIntegerField()),
                ("branches", models.IntegerField()),
                ("done", models.IntegerField(default=0)),
                ("result", models.JSONField(default=dict)),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.UUIDField(null=True)),
                ("moved_at", models.DateTimeField()),
                (
                    "change",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="contributions.rulechange"),
                ),
            ],
            options={
                "db_table": "contributions_rule_trial",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["running", "done", "failed"])), name="rule_trial_state"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "running")), fields=("change",), name="rule_trial_one_running"
                    ),
                ],
            },
        ),
        Grant("contributions_rule_change", "SELECT, INSERT"),
        Grant("contributions_rule_step", "SELECT, INSERT"),
        Grant("contributions_rule_set", "SELECT, INSERT"),
        Grant("contributions_rule_trial", "SELECT, INSERT, UPDATE"),
    ]

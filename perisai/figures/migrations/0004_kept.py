"""Who was in a standing: kept by day, as standings are, from the first time each branch is taken."""

from django.db import migrations, models

from perisai.events.rls import WEB_ROLE, EnableScope, Grant

_IS_TODAY = """({day} >= (SELECT (now() AT TIME ZONE o.timezone)::date FROM offices_office o WHERE o.id = {table}.branch_id)
  OR EXISTS (SELECT FROM events_world w WHERE w.kind = 'demo'))"""
_OF_MEMBER = _IS_TODAY.format(table="figures_member", day="day")
_OF_LISTED = _IS_TODAY.format(table="figures_listed", day="since")

_ONLY_TODAY = f"""
CREATE POLICY only_today_written ON figures_member AS RESTRICTIVE FOR INSERT TO {WEB_ROLE} WITH CHECK ({_OF_MEMBER});
CREATE POLICY only_today_changed ON figures_member AS RESTRICTIVE FOR UPDATE TO {WEB_ROLE}
  USING ({_OF_MEMBER}) WITH CHECK ({_OF_MEMBER});
CREATE POLICY only_today_written ON figures_listed AS RESTRICTIVE FOR INSERT TO {WEB_ROLE} WITH CHECK ({_OF_LISTED});
"""
_AGAIN = """
DROP POLICY only_today_written ON figures_listed;
DROP POLICY only_today_changed ON figures_member;
DROP POLICY only_today_written ON figures_member;
"""


class Migration(migrations.Migration):
    dependencies = [("figures", "0003_target")]

    operations = [
        migrations.CreateModel(
            name="Member",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id",
                        "enrolment_id",
                        "day",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("enrolment_id", models.UUIDField()),
                ("day", models.DateField()),
                ("cover", models.TextField()),
                ("state", models.TextField()),
                ("paid_through", models.DateField(null=True)),
                ("agent_id", models.UUIDField(null=True)),
                ("sub_branch_id", models.IntegerField(null=True)),
                ("agency_office_id", models.IntegerField(null=True)),
                ("owed", models.BigIntegerField()),
            ],
            options={"db_table": "figures_member"},
        ),
        migrations.CreateModel(
            name="Listed",
            fields=[
                ("branch_id", models.IntegerField(primary_key=True, serialize=False)),
                ("since", models.DateField()),
            ],
            options={"db_table": "figures_listed"},
        ),
        Grant("figures_member", "SELECT, INSERT, UPDATE"),
        Grant("figures_listed", "SELECT, INSERT"),
        EnableScope("figures_member"),
        EnableScope("figures_listed"),
        migrations.RunSQL(_ONLY_TODAY, _AGAIN),
    ]

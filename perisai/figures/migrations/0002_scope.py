"""Row-level security. A standing whose day is over at its branch is never written again, and a cohort's stage only once; only a
demo, whose past is made up, may fill it."""

from django.db import migrations

from perisai.events.rls import WEB_ROLE, EnableScope, Grant

_TODAY = """(day >= (SELECT (now() AT TIME ZONE o.timezone)::date FROM offices_office o WHERE o.id = figures_standing.branch_id)
  OR EXISTS (SELECT FROM events_world w WHERE w.kind = 'demo'))"""

_ONLY_TODAY = f"""
CREATE POLICY only_today_written ON figures_standing AS RESTRICTIVE FOR INSERT TO {WEB_ROLE} WITH CHECK ({_TODAY});
CREATE POLICY only_today_changed ON figures_standing AS RESTRICTIVE FOR UPDATE TO {WEB_ROLE} USING ({_TODAY}) WITH CHECK ({_TODAY});
"""
_AGAIN = """
DROP POLICY only_today_written ON figures_standing;
DROP POLICY only_today_changed ON figures_standing;
"""


class Migration(migrations.Migration):
    dependencies = [("figures", "0001_initial"), ("events", "0003_world"), ("offices", "0001_initial")]

    operations = [
        Grant("figures_standing", "SELECT, INSERT, UPDATE"),
        Grant("figures_cohort", "SELECT, INSERT"),
        EnableScope("figures_standing"),
        EnableScope("figures_cohort"),
        migrations.RunSQL(_ONLY_TODAY, _AGAIN),
    ]

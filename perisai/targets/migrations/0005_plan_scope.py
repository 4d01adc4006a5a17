"""Row-level security of plans; and that the figures of a plan change only while it is a draft, whoever asks."""

from django.db import migrations

from perisai.events.rls import EnableScope, Grant

_PLAN = "SELECT, INSERT, UPDATE (state, revision, proposed_at, proposed_by, approved_at, approved_by, approved_on, replaced_on)"
_PROPOSAL = "SELECT, INSERT, UPDATE (state, decided_at, decided_by, answer, version)"

_KEYS = """
ALTER TABLE targets_figure ADD CONSTRAINT figure_of_plan
  FOREIGN KEY (branch_id, plan_id) REFERENCES targets_plan (branch_id, id);
ALTER TABLE targets_plan_change ADD CONSTRAINT plan_change_of_plan
  FOREIGN KEY (branch_id, plan_id) REFERENCES targets_plan (branch_id, id);
ALTER TABLE targets_upper_figure ADD CONSTRAINT upper_figure_of_plan
  FOREIGN KEY (plan_id) REFERENCES targets_upper_plan (id);
ALTER TABLE targets_upper_plan_change ADD CONSTRAINT upper_plan_change_of_plan
  FOREIGN KEY (plan_id) REFERENCES targets_upper_plan (id);
"""


def only_drafts(figure: str, plan: str, same: str) -> list[migrations.RunSQL]:
    """Figures come, change and go only in a draft; a plan that was replaced stays as it is."""
    is_draft = f"EXISTS (SELECT FROM {plan} p WHERE {same}p.id = {figure}.plan_id AND p.state = 'draft')"
    return [
        migrations.RunSQL(
            [
                f"CREATE POLICY draft_in ON {figure} AS RESTRICTIVE FOR INSERT WITH CHECK ({is_draft})",
                f"CREATE POLICY draft_changed ON {figure} AS RESTRICTIVE FOR UPDATE USING ({is_draft}) WITH CHECK ({is_draft})",
                f"CREATE POLICY draft_out ON {figure} AS RESTRICTIVE FOR DELETE USING ({is_draft})",
                f"CREATE POLICY replaced_stays ON {plan} AS RESTRICTIVE FOR UPDATE USING (state <> 'replaced') WITH CHECK (true)",
            ],
            migrations.RunSQL.noop,
        )
    ]


def for_all(table: str) -> migrations.RunSQL:
    """No branch's: everybody reads it, and the policies above hold."""
    return migrations.RunSQL(
        [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY everybody ON {table} USING (true) WITH CHECK (true)",
        ],
        [f"DROP POLICY everybody ON {table}", f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"],
    )


class Migration(migrations.Migration):
    dependencies = [("targets", "0004_plan"), ("events", "0002_spine")]

    operations = [
        migrations.RunSQL(_KEYS, migrations.RunSQL.noop),
        *[EnableScope(f"targets_{table}") for table in ("plan", "figure", "plan_change", "proposal")],
        *[for_all(f"targets_upper_{table}") for table in ("plan", "figure")],
        *only_drafts("targets_figure", "targets_plan", "p.branch_id = targets_figure.branch_id AND "),
        *only_drafts("targets_upper_figure", "targets_upper_plan", ""),
        *[Grant(f"targets_{table}", _PLAN) for table in ("plan", "upper_plan")],
        *[Grant(f"targets_{table}", "SELECT, INSERT") for table in ("plan_change", "upper_plan_change")],
        *[Grant(f"targets_{table}", _PROPOSAL) for table in ("proposal", "upper_proposal")],
    ]

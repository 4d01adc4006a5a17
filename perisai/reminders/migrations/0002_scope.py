"""Row-level security and keys within the branch. A reminder outlives the message that carried it."""

from django.db import migrations

from perisai.events.rls import EnableScope, Grant

_ENROLMENT = """
ALTER TABLE reminders_{table} ADD CONSTRAINT {table}_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
"""
_KEYS = """
ALTER TABLE reminders_reminder ADD CONSTRAINT reminder_of_message
  FOREIGN KEY (branch_id, message_id) REFERENCES messages_message (branch_id, id) ON DELETE SET NULL (message_id);
ALTER TABLE reminders_answer ADD CONSTRAINT answer_of_reminder
  FOREIGN KEY (branch_id, reminder_id) REFERENCES reminders_reminder (branch_id, id);
ALTER TABLE reminders_case ADD CONSTRAINT case_of_answer
  FOREIGN KEY (branch_id, answer_id) REFERENCES reminders_answer (branch_id, id);
ALTER TABLE reminders_case ADD CONSTRAINT case_of_visit
  FOREIGN KEY (branch_id, visit_id) REFERENCES reminders_visit (branch_id, id);
"""
_OF_ENROLMENT = ("answer", "visit", "contact", "case")


class Migration(migrations.Migration):
    dependencies = [
        ("reminders", "0001_initial"),
        ("members", "0009_payers"),
        ("perisai_messages", "0005_channels_scope"),
        ("events", "0002_spine"),
    ]

    operations = [
        *[migrations.RunSQL(_ENROLMENT.format(table=table), migrations.RunSQL.noop) for table in _OF_ENROLMENT],
        migrations.RunSQL(_KEYS, migrations.RunSQL.noop),
        *[EnableScope(f"reminders_{table}") for table in ("reminder", *_OF_ENROLMENT)],
        Grant("reminders_answer", "SELECT, INSERT"),
        *[Grant(f"reminders_{table}", "SELECT, INSERT, UPDATE") for table in ("reminder", "visit", "contact", "case")],
    ]

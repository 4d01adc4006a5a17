"""The mark of a world where nothing is real: one row, which only the owner of the tables writes."""

from django.db import migrations

from perisai.events.rls import Grant

_WORLD = """
CREATE TABLE events_world (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  kind text NOT NULL CHECK (kind IN ('demo', 'practice')),
  made_at timestamptz NOT NULL DEFAULT now()
)
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0002_spine")]

    operations = [migrations.RunSQL(_WORLD, "DROP TABLE events_world"), Grant("events_world", "SELECT")]

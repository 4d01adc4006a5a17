"""Tries that are limited, by kind and key, counted in windows of time."""

from django.db import migrations

_TABLE = """
CREATE TABLE accounts_attempt (
  kind text NOT NULL,
  key bytea NOT NULL,
  window_end timestamptz NOT NULL,
  count int NOT NULL,
  PRIMARY KEY (kind, key, window_end)
);
CREATE INDEX attempt_window ON accounts_attempt (window_end);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("events", "0002_spine")]

    operations = [migrations.RunSQL(_TABLE, "DROP TABLE accounts_attempt")]

"""Row-level security of papers; an export is its owner's, whatever branches it spans."""

from django.db import migrations

from perisai.events.rls import EnableScope, Grant


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("events", "0002_spine")]

    operations = [
        Grant("documents_paper", "SELECT, INSERT"),
        EnableScope("documents_paper"),
    ]

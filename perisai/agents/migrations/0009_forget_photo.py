"""A photo is a person's: it can be erased with the person's data."""

from django.db import migrations

from perisai.events.rls import Grant


class Migration(migrations.Migration):
    dependencies = [("agents", "0008_looked_after")]

    operations = [Grant("agents_photo", "SELECT, INSERT, DELETE")]

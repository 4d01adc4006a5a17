"""Texts may be forgotten."""

from django.db import migrations

from perisai.events.rls import Grant


class Migration(migrations.Migration):
    dependencies = [("perisai_messages", "0002_purpose")]

    operations = [Grant("messages_message")]

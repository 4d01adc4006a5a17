"""Row-level security of how far events have been sent; keys and subscriptions may be the nation's and are no branch's rows."""

from django.db import migrations

from perisai.events.rls import EnableScope, Grant


class Migration(migrations.Migration):
    dependencies = [("feeds", "0001_initial"), ("events", "0002_spine")]

    operations = [
        EnableScope("feeds_cursor"),
        EnableScope("feeds_delivery"),
        Grant("feeds_key", "SELECT, INSERT, UPDATE"),
        Grant("feeds_key_secret", "SELECT, INSERT, UPDATE"),
        Grant("feeds_key_use"),
        Grant("feeds_subscription", "SELECT, INSERT, UPDATE"),
        Grant("feeds_cursor", "SELECT, INSERT, UPDATE"),
        Grant("feeds_delivery", "SELECT, INSERT, DELETE"),
    ]

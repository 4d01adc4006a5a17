"""Codes at banks and mandates are a branch's; keys, QRIS and desks are of the country."""

from django.db import migrations

from perisai.events.rls import EnableScope, Grant


class Migration(migrations.Migration):
    dependencies = [("payments", "0011_channels")]

    operations = [
        Grant("payments_bank_key", "SELECT, INSERT, UPDATE"),
        Grant("payments_qris", "SELECT, INSERT, UPDATE"),
        Grant("payments_desk", "SELECT, INSERT, UPDATE"),
        Grant("payments_code_at_bank", "SELECT, INSERT, UPDATE, DELETE"),
        Grant("payments_mandate", "SELECT, INSERT, UPDATE"),
        EnableScope("payments_code_at_bank"),
        EnableScope("payments_mandate"),
    ]

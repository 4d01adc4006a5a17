"""Paying back money that fits no bill waits for a second person too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0016_acquirer_issues"),
    ]

    operations = [
        migrations.AlterField(
            model_name="proposal",
            name="kind",
            field=models.TextField(
                choices=[("attach", "attach"), ("pay_back", "pay_back"), ("settle_cash", "settle_cash")]
            ),
        ),
    ]

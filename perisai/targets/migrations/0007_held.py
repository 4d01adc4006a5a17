"""Slots come back from agents under a hold too: one more reason why a lease ended."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("targets", "0006_agent_target")]

    operations = [
        migrations.AlterField(
            model_name="lease",
            name="end_reason",
            field=models.TextField(
                blank=True,
                choices=[
                    ("", "berlaku"),
                    ("expired", "habis masa"),
                    ("phone_ended", "HP diganti atau dicabut"),
                    ("agent_held", "agen diskors atau dilatih ulang"),
                    ("taken_back", "ditarik cabang"),
                ],
                default="",
            ),
        )
    ]

"""An order is marked when a bill of it is cancelled."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0018_pay_back_and_orders_anew"),
    ]

    operations = [
        migrations.AddField(model_name="order", name="broken_at", field=models.DateTimeField(null=True)),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("broken_at__isnull", False), ("state", "open")),
                fields=["branch_id", "broken_at"],
                name="order_broken",
            ),
        ),
    ]

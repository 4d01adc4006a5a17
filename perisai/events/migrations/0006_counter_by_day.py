"""What screens ask most is a level of a branch on a day or within a month, whatever the key: through the primary key that is one
search for every agent and hour that ever had a counter. Values stand in no index, so that adding to a counter touches none."""

from django.db import migrations

_INDEX = "CREATE INDEX counter_day ON events_counter (branch_id, level, day_captured, key)"


class Migration(migrations.Migration):
    dependencies = [("events", "0005_country")]

    operations = [migrations.RunSQL(_INDEX, "DROP INDEX counter_day")]

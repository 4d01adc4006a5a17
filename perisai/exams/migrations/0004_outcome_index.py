"""How many took and passed an exam is read from the index alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exams", "0003_above")]

    operations = [
        migrations.AddIndex(
            model_name="result",
            index=models.Index(
                fields=["branch_id", "exam_id", "ended_at"], include=["passed"], name="exam_result_outcome"
            ),
        ),
        migrations.RemoveIndex(model_name="result", name="exam_result_exam"),
    ]

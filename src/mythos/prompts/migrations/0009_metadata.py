from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("prompts", "0008_split_labels")]

    operations = [
        migrations.AddField("prompt", "metadata", models.JSONField(blank=True, default=dict)),
    ]

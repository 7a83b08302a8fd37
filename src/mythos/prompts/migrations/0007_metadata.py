from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("prompts", "0006_text_search")]

    operations = [
        migrations.AddField("prompt", "metadata", models.JSONField(blank=True, default=dict)),
    ]

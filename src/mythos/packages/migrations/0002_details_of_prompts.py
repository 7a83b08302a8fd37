from django.db import migrations, models


class Migration(migrations.Migration):
    """Prompts remember the title, kind, tags and metadata they came with."""

    dependencies = [("packages", "0001_packages")]

    operations = [
        migrations.AddField(
            "installedprompt",
            "details",
            models.JSONField(default=dict, help_text="Title, kind, tags and metadata it came with."),
        ),
    ]

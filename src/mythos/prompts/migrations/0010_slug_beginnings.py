"""PostgreSQL sorts slugs as a locale does, so that a beginning is no range there: it gets an index by characters."""

from django.db import migrations

INDEX = "CREATE INDEX checkpoint_slug_beginning ON prompts_promptcheckpoint (swarm_id, slug varchar_pattern_ops)"


def build(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(INDEX)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX checkpoint_slug_beginning")


class Migration(migrations.Migration):
    dependencies = [("prompts", "0009_metadata")]
    operations = [migrations.RunPython(build, remove)]

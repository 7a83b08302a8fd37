"""The index of slug beginnings holds what the grid sorts and filters by too: a page reads no row it leaves out."""

from django.db import migrations

DROP = "DROP INDEX checkpoint_slug_beginning"
PLAIN = "CREATE INDEX checkpoint_slug_beginning ON prompts_promptcheckpoint (swarm_id, slug varchar_pattern_ops)"
WHOLE = f"{PLAIN[:-1]}, id, token_count, tone_type, created_at, prompt_id)"


def build(apps, schema_editor):
    _replace(schema_editor, WHOLE)


def remove(apps, schema_editor):
    _replace(schema_editor, PLAIN)


def _replace(schema_editor, by):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)
        schema_editor.execute(by)


class Migration(migrations.Migration):
    dependencies = [("prompts", "0010_slug_beginnings")]
    operations = [migrations.RunPython(build, remove)]

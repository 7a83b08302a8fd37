"""Full-text search over the texts, in what each database has for it."""

from django.db import migrations

# Only which words stand where is kept, no positions: a third of the size, and nothing here asks for phrases.
SQLITE = """
CREATE VIRTUAL TABLE prompts_text USING fts5(
  text, slug, message, content='prompts_promptcheckpoint', content_rowid='id',
  tokenize='unicode61 remove_diacritics 2', detail='none', columnsize=0)
"""
# A tsvector has a largest size; the first 200,000 characters of a text always fit.
POSTGRESQL = """
ALTER TABLE prompts_promptcheckpoint ADD COLUMN words tsvector GENERATED ALWAYS AS (
  to_tsvector('simple', left(text, 200000) || ' ' || translate(slug, '/_-', '   ') || ' ' || message)) STORED;
CREATE INDEX checkpoint_words ON prompts_promptcheckpoint USING gin (words);
"""


def build(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
        return
    schema_editor.execute(SQLITE)
    schema_editor.execute("INSERT INTO prompts_text(prompts_text) VALUES ('rebuild')")


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE prompts_promptcheckpoint DROP COLUMN words")
        return
    schema_editor.execute("DROP TABLE prompts_text")


class Migration(migrations.Migration):
    dependencies = [("prompts", "0005_vault_filled")]
    operations = [migrations.RunPython(build, remove)]

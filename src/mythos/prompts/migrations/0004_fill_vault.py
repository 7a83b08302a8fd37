"""Give what was written before the vault its swarm, slug, tags, forks, trend and place in the chain."""

from django.db import migrations

from mythos.prompts.chain import Head, fasten

BATCH = 1000
TREND = 12


def fill(apps, schema_editor):
    Checkpoint, Mutation = (apps.get_model("prompts", name) for name in ("PromptCheckpoint", "PromptMutationLog"))
    _checkpoints(Checkpoint, Mutation)
    _mutations(Mutation, apps.get_model("prompts", "CheckpointTag"))
    _descent(apps.get_model("prompts", "Prompt"), apps.get_model("prompts", "PromptAncestor"))


def _in_batches(model, rows, fields, each):
    batch = []
    for row in rows.iterator(chunk_size=BATCH):
        each(row)
        batch.append(row)
        if len(batch) == BATCH:
            model.objects.bulk_update(batch, fields)
            batch = []
    if batch:
        model.objects.bulk_update(batch, fields)


def _checkpoints(Checkpoint, Mutation):
    trends = {}
    before = dict(Mutation.objects.values_list("to_checkpoint_id", "from_checkpoint_id"))

    def each(row):
        row.swarm_id, row.slug = row.prompt.swarm_id, row.prompt.slug
        row.trend = [*trends.get(before.get(row.pk), []), row.token_count][-TREND:]
        trends[row.pk] = row.trend

    rows = Checkpoint.objects.select_related("prompt").order_by("id")
    _in_batches(Checkpoint, rows, ["swarm", "slug", "trend"], each)


def _mutations(Mutation, Tag):
    heads, tags = {}, []

    def each(row):
        row.swarm_id = row.prompt.swarm_id
        heads[row.swarm_id] = fasten(row, heads.get(row.swarm_id, Head(0, "")))
        tags.extend(
            Tag(swarm_id=row.swarm_id, checkpoint_id=row.to_checkpoint_id, name=name, created_at=row.created_at)
            for name in row.symbolic_tags
        )

    rows = Mutation.objects.select_related("prompt", "from_checkpoint", "to_checkpoint").order_by("id")
    _in_batches(Mutation, rows, ["swarm", "number", "previous_hash", "hash"], each)
    Tag.objects.bulk_create(tags, batch_size=BATCH)


def _descent(Prompt, Ancestor):
    parents = dict(Prompt.objects.values_list("id", "parent_id"))
    rows = []
    for prompt_id in parents:
        above, depth = prompt_id, 0
        while above is not None:
            rows.append(Ancestor(prompt_id=prompt_id, ancestor_id=above, depth=depth))
            above, depth = parents[above], depth + 1
    Ancestor.objects.bulk_create(rows, batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [("prompts", "0003_vault")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

"""Every real sample: in, out and in again."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from mythos.formats.prompts import FORMATS, Problem, format_of
from mythos.formats.prompts.folder import read_one
from mythos.formats.prompts.losses import through, write

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SAMPLES = [
    path
    for folder, pattern in [
        ("prompty", "*.prompty"),
        ("dotprompt", "*.prompt"),
        ("promptfoo", "*.yaml"),
        ("skills", "*__SKILL.md"),
        ("langfuse", "*.json"),
    ]
    for path in sorted((SHARED / folder).glob(pattern))
]
# Their prompt stands in a file that is not part of the samples.
ELSEWHERE = {"adaline-chat-history.yaml", "adaline-multi-provider.yaml"}


def read(path):
    return list(read_one(path.parent, PurePosixPath(path.name)))


@pytest.mark.skipif(not SAMPLES, reason="the shared samples are not here")
def test_all_samples_are_there():
    assert len(SAMPLES) == 102


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_sample_comes_back_from_its_own_format_without_a_loss(path):
    form = format_of(path.name, path.read_bytes())
    items = read(path)
    assert items
    for item in items:
        if isinstance(item, Problem):
            assert path.name in ELSEWHERE
            assert "prompts[0]: its file is not part of the import" in item.message
        else:
            assert write(item, form).losses == ()


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("path", SAMPLES[::9], ids=lambda path: path.name)
def test_a_sample_in_another_format_loses_only_what_is_told(path, form):
    for item in read(path):
        if isinstance(item, Problem):
            continue
        told = write(item, form)
        back = through(item, form)
        assert [loss for loss in write(back, form).losses if "not run" not in loss.reason] == []
        fields = {loss.field.split(".")[0] for loss in told.losses}
        for key in item.metadata.keys() | back.metadata.keys():
            assert (item.metadata.get(key) == back.metadata.get(key)) == (key not in fields)
        assert (item.tags == back.tags) == ("tags" not in fields)


def test_markdown_and_tables_hold_everything():
    for path in SAMPLES[::5]:
        for item in read(path):
            if not isinstance(item, Problem):
                assert write(item, FORMATS["markdown"]).losses == ()
                assert write(item, FORMATS["csv"]).losses == ()

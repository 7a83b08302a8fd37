"""A prompt as a file, on the page and through the API."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from mythos.accounts.services import create_token
from mythos.formats.prompts import FORMATS
from mythos.prompts.models import Prompt
from mythos.prompts.services import create_prompt

pytestmark = pytest.mark.django_db


@pytest.fixture
def greeter(cast):
    return create_prompt(
        actor=cast.editor,
        swarm=cast.swarm,
        slug="team/greeter",
        text="Say <b>hello</b> to {{name}}.",
        title="Greets",
        tags=["polite"],
        metadata={"model": "gpt-4o"},
    ).prompt


def export(prompt):
    return reverse("prompts.export", args=[prompt.pk])


def test_the_menu_leads_to_what_would_be_lost_and_then_to_the_file(as_, greeter):
    client = as_("viewer")
    page = client.get(reverse("prompts.page", args=[greeter.pk])).content.decode()
    for form in FORMATS.values():
        assert f"{export(greeter)}?format={form.name}" in page
    shown = client.get(export(greeter), {"format": "skill"}).content.decode()
    assert "Agent Skill has no place for it." in shown
    assert ">model<" in shown
    assert "&lt;b&gt;hello&lt;/b&gt;" in shown
    file = client.get(export(greeter), {"format": "skill", "download": "1"})
    assert file["Content-Disposition"] == 'attachment; filename="team-greeter-SKILL.md"'
    assert b"name: team-greeter" in file.content


def test_an_unknown_format_is_refused_and_a_stranger_finds_nothing(as_, greeter):
    assert as_("viewer").get(export(greeter), {"format": "exe"}).status_code == 422
    assert as_("stranger").get(export(greeter)).status_code == 404


@pytest.mark.parametrize("key", ["team/greeter", "number"])
def test_the_api_gives_the_file_with_its_losses(cast, greeter, key):
    token = create_token(actor=cast.owner, swarm=cast.swarm, name="t", role="viewer").secret
    get = Client(headers={"Authorization": f"Bearer {token}"}).get
    where = f"/api/v1/prompts/{greeter.pk if key == 'number' else key}/export"
    answer = get(where, {"format": "dotprompt"}).json()
    assert (answer["format"], answer["file"], answer["version"]) == ("dotprompt", "team/greeter.prompt", 1)
    assert answer["losses"] == [{"field": "tags", "reason": "dotprompt has no place for it."}]
    assert "model: gpt-4o" in answer["content"]
    assert get(where, {"format": "exe"}).status_code == 422
    assert get("/api/v1/prompts/nobody/export").status_code == 404


@pytest.mark.parametrize(
    ("name", "data", "slug"),
    [
        ("a.prompty", b"---\nmodel: m\n---\nHi", "a"),
        ("b.prompt", b"---\nmodel: m\n---\nHi", "b"),
        ("c.prompt.yml", b"model: m\nmessages:\n- {role: user, content: Hi}\n", "c"),
        ("SKILL.md", b"---\nname: d\ndescription: m\n---\nHi", "d"),
        ("promptfooconfig.yaml", b"prompts: [Hi]\nproviders: [m]\n", "promptfoo"),
        ("f.json", b'{"name": "f", "prompt": "Hi", "config": {"model": "m"}}', "f"),
    ],
)
def test_the_upload_page_takes_files_of_other_tools(as_, name, data, slug):
    upload = SimpleUploadedFile(name, data)
    response = as_("editor").post(reverse("prompts.import"), {"file": upload, "step": "import"})
    assert response.status_code == 302
    prompt = Prompt.objects.get()
    assert (prompt.slug, prompt.current.text) == (slug, "Hi")
    assert "m" in prompt.metadata.values()

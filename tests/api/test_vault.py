"""The vault through the API."""

from __future__ import annotations

import asyncio
import json

import pytest
from django.test import Client

from mythos.accounts.actors import SYSTEM
from mythos.accounts.services import create_swarm, create_token
from mythos.prompts.services import create_prompt, revise_prompt


def get(cast, path):
    token = create_token(actor=cast.owner, swarm=cast.swarm, name="t", role="viewer").secret
    return Client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.django_db(transaction=True)
def test_the_history_is_proven_and_streamed(cast):
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="a", text="One.")
    revise_prompt(actor=cast.owner, prompt_id=made.prompt_id, text="Two.", base=1, source="web")
    proof = get(cast, "/vault/verify").json()
    assert (proof["is_whole"], proof["checkpoints"], proof["mutations"], proof["broken"]) == (True, 2, 1, "")
    answer = get(cast, "/vault/export")
    assert answer["Content-Type"] == "application/x-ndjson"

    async def read():
        return b"".join([part async for part in answer.streaming_content])

    lines = [json.loads(line) for line in asyncio.run(read()).decode().splitlines()]
    assert [line["line"] for line in lines][:3] == ["vault", "prompt", "checkpoint"]
    assert lines[-1] == {"line": "end", "rows": len(lines) - 2}


def test_an_unknown_swarm_is_not_shown(cast):
    assert get(cast, "/vault/verify?swarm=hades").status_code == 404


def test_bytes_that_are_no_text_are_refused_with_their_line(cast):
    swarm = create_swarm(actor=SYSTEM, slug="empty", name="Empty")
    token = create_token(actor=SYSTEM, swarm=swarm, name="t", role="owner").secret
    headers = {"Authorization": f"Bearer {token}"}
    answer = Client(headers=headers).post("/api/v1/vault/import", data=b"\xff\xfe\n", content_type="text/plain")
    assert (answer.status_code, answer.json()["data"]) == (422, {"line": 1})

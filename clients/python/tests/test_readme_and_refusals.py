"""What the README shows runs as it stands; what is refused says why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from mythos_client import AsyncClient, Client, ClientError, LabelRemoved, NotAllowed, NotThere, Refused

from mythos.prompts.services import move_label

README = Path(__file__).parents[1] / "README.md"


def test_the_snippets_of_the_readme_run(house):
    made = house.prompt("hermes/charter", "Never promise refunds.")
    move_label(actor=house.cast.reviewer, prompt_id=made.prompt_id, label="production", version=1)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert len(blocks) == 2
    known = {"my_model": lambda messages: messages[0]["content"], "user_id": "user-7"}
    for block in blocks:
        exec(block.replace("http://127.0.0.1:8000", house.url).replace("mth_…", house.token), known)
    known["client"].close()
    assert known["reply"] == "Never promise refunds."


@pytest.mark.parametrize(
    ("name", "label", "kind", "code", "fields"),
    [
        ("desk", "worst", LabelRemoved, "not_found", ["label"]),
        ("nothing", "best", NotThere, "not_found", []),
        ("half \ud800 sign", "best", NotThere, "not_found", []),
        ("de\0sk", "best", Refused, "invalid", ["slug"]),
        ("desk", "be\0st", Refused, "invalid", ["label"]),
    ],
)
def test_a_refusal_says_what_the_server_says(house, name, label, kind, code, fields):
    house.prompt("desk", "Hello.")
    with Client(house.url, house.token) as client, pytest.raises(ClientError) as refused:
        client.get(name, label)
    assert (type(refused.value), refused.value.code, list(refused.value.fields)) == (kind, code, fields)
    assert all(f"{field}: " in str(refused.value) for field in fields if kind is Refused)


def test_a_token_that_is_none_is_said_to_be_so(house):
    with Client(house.url, "mth_wrong") as client, pytest.raises(NotAllowed, match="does not accept the token"):
        client.get("desk", "best")
    for made in (Client, AsyncClient):
        for token in ("", "mth_é", "mth_a\nb"):
            with pytest.raises(NotAllowed, match="The token is empty"):
                made(house.url, token)

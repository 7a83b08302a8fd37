"""The pages about graders and providers say what is there, and their examples run."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from mythos.graders import GRADERS, REFUSED, Example
from mythos.providers import PROVIDERS
from mythos.providers.base import Message, Options
from mythos.providers.calling import Line
from tests.graders.test_contract import AWKWARD, check_contract

DOCS = Path(__file__).resolve().parents[2] / "docs"


def example(page: str) -> dict:
    source = re.search(r"```python\n(.*?)```", (DOCS / "how-to" / page).read_text("utf-8"), re.DOTALL)
    assert source
    module = sys.modules["an_example"] = ModuleType("an_example")  # dataclasses look their module up
    exec(source.group(1), vars(module))
    return vars(module)


def test_the_reference_lists_every_grader_and_no_other() -> None:
    page = (DOCS / "reference" / "graders.md").read_text("utf-8")
    rows = [row.split("|")[1] for row in page.splitlines() if row.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([\w-]+)`", row)}
    assert named == {name for name in GRADERS if not name.startswith("not-")}
    assert all(f"`{name}`" in page for name in REFUSED)


def test_the_reference_lists_every_provider() -> None:
    page = (DOCS / "reference" / "providers.md").read_text("utf-8")
    assert all(f"| `{name}` |" in page for name in PROVIDERS)


@pytest.mark.parametrize("reply", ["SHOUT", "calm", *AWKWARD])
def test_the_grader_of_the_how_to_keeps_the_contract(reply: str) -> None:
    grader = example("add-a-grader.md")["GRADER"]
    assert grader.problem(0.3) == ""
    assert grader.problem("x")
    score = check_contract(grader, Example("", 0.3), reply)
    assert score.value == {"SHOUT": 0.0, "calm": 1.0}.get(reply, score.value)


def test_the_provider_of_the_how_to_answers() -> None:
    reply, causes = Line(example("add-a-provider.md")["PROVIDER"]).chat([Message("user", "Hello there")], Options())
    assert (reply.text, causes) == ("Hello there", ())

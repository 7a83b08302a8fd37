"""The comparator on any two texts."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from mythos.api.schemas import common as shapes
from mythos.errors import Invalid
from mythos.text.compare import compare

router = Router(tags=["compare"])
MOST_CHARACTERS = 1_000_000


@router.post("", response=shapes.CompareOut)
def compare_texts(request: HttpRequest, body: shapes.CompareIn) -> Any:
    """What changed in meaning from `old` to `new`, and is it a regression?"""
    for name, text in (("old", body.old), ("new", body.new)):
        if len(text) > MOST_CHARACTERS:
            raise Invalid("The text is too long.", fields={name: f"At most {MOST_CHARACTERS:,} characters."})
    return compare(body.old, body.new).as_dict()

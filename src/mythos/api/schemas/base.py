"""What all bodies have in common."""

from ninja import Schema
from pydantic import ConfigDict


class Body(Schema):
    """A body that is asked for, or part of one: a field it does not know is refused, for it may be a misspelt one."""

    model_config = ConfigDict(extra="forbid")

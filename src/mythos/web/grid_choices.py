"""Which columns of the grid a person wants, and their named filters: kept in a signed cookie of this browser."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse

from mythos.errors import Invalid
from mythos.web.context import user_of

COLUMNS = {
    "tokens": "Tokens",
    "trend": "Token trend",
    "tone": "Tone",
    "did": "What it did",
    "labels": "Labels",
    "message": "Message",
    "author": "By",
    "ancestry": "Ancestry",
    "created": "Created",
}
USUAL = ("tokens", "trend", "tone", "did", "ancestry", "created")
MOST_VIEWS = 12
MOST_NAME = 40
MOST_QUERY = 200
YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class View:
    """A named filter and order."""

    name: str
    q: str
    sort: str


@dataclass
class Choices:
    """What one person chose."""

    columns: list[str] = field(default_factory=lambda: list(USUAL))
    views: list[View] = field(default_factory=list)

    def save(self, name: str, q: str, sort: str) -> None:
        """Keep a filter under a name; the same name again replaces it."""
        name = name.strip()
        if not 0 < len(name) <= MOST_NAME:
            raise Invalid("The view needs a name.", fields={"name": f"Between 1 and {MOST_NAME} characters."})
        if len(q) > MOST_QUERY:
            raise Invalid("The filter is too long to be kept.", fields={"name": f"At most {MOST_QUERY} characters."})
        others = [view for view in self.views if view.name != name]
        if len(others) >= MOST_VIEWS:
            raise Invalid(f"{MOST_VIEWS} views are the most. Remove one first.", fields={"name": "Too many views."})
        self.views = [*others, View(name, q, sort)]

    def remove(self, name: str) -> None:
        """Forget a view."""
        self.views = [view for view in self.views if view.name != name]

    def choose(self, columns: list[str]) -> None:
        """Show these columns, in their usual order."""
        self.columns = [name for name in COLUMNS if name in columns]


def read(request: HttpRequest) -> Choices:
    """What this person chose before; the usual when the cookie is not there or not ours."""
    try:
        kept: dict[str, Any] = signing.loads(request.COOKIES.get(_name(request), ""), salt="grid")
        return Choices([name for name in kept["columns"] if name in COLUMNS], [View(**view) for view in kept["views"]])
    except (signing.BadSignature, KeyError, TypeError):
        return Choices()


def keep(request: HttpRequest, response: HttpResponse, choices: Choices) -> HttpResponse:
    """Store the choices for a year."""
    value = signing.dumps(asdict(choices), salt="grid", compress=True)
    response.set_cookie(
        _name(request), value, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure(), path="/prompts"
    )
    return response


def _name(request: HttpRequest) -> str:
    return f"grid-{user_of(request).pk}"

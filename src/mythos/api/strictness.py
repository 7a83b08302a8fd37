"""What is asked for beside the body, read strictly: a misspelt `label` must not be answered with another text."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from ninja.params.models import QueryModel

from mythos.errors import Invalid
from mythos.storable import refuse_unstorable


def strictly(view: Callable[..., Any]) -> Callable[..., Any]:
    """A door that refuses names it does not know in the query, and what is no text in query and address."""
    operation: Any = view._ninja_operation  # type: ignore[attr-defined]
    known = [
        name for model in operation.models if issubclass(model, QueryModel) for name in model.__ninja_flatten_map__
    ]

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **given: Any) -> Any:
        unknown = [name for name in request.GET if name not in known]
        if unknown:
            hint = f"Known: {', '.join(known)}." if known else "Nothing can be asked here."
            raise Invalid(
                "The query holds a name that is not known.",
                hint=hint,
                fields=dict.fromkeys(unknown, "Unknown parameter."),
            )
        asked_for = {name: values[0] if len(values) == 1 else values for name, values in request.GET.lists()}
        refuse_unstorable({name: value for name, value in given.items() if isinstance(value, str)} | asked_for)
        return view(request, *args, **given)

    return asked

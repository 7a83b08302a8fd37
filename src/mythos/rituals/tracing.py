"""OpenTelemetry spans of runs: one for a run, one for every call, in the words of the GenAI conventions.

Off unless MYTHOS_TRACES says where to. Texts are never in a span, only their hashes.
"""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import Any, Protocol

from mythos.errors import NotConfigured, ProviderFailed, install_extra
from mythos.providers.base import Options, Reply
from mythos.rituals.expecting import Graded
from mythos.rituals.models import RitualCase, RitualRun

VARIABLE = "MYTHOS_TRACES"


class CallSpan(Protocol):
    """One call of a provider while it is under way."""

    def replied(self, reply: Reply, attempts: tuple[str, ...]) -> None: ...

    def graded(self, graded: Graded) -> None: ...


class RunTrace(Protocol):
    """One run while it is under way; calls may come from many threads."""

    def call(
        self, provider: str, options: Options, key: str, case: RitualCase | None
    ) -> AbstractContextManager[CallSpan]: ...


class _Nothing:
    """Traces nothing."""

    def __enter__(self) -> _Nothing:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def call(self, provider: str, options: Options, key: str, case: RitualCase | None) -> _Nothing:
        return self

    def replied(self, reply: Reply, attempts: tuple[str, ...]) -> None:
        return None

    def graded(self, graded: Graded) -> None:
        return None


_NOTHING = _Nothing()


@contextmanager
def traced(run: RitualRun) -> Iterator[RunTrace]:
    """The trace of a run, or one that does nothing."""
    to = os.environ.get(VARIABLE, "").strip()
    if not to:
        yield _NOTHING
        return
    tracer = tracer_to(to)
    about = {
        "mythos.run": run.pk,
        "mythos.ritual": run.ritual.slug,
        "mythos.ritual.version": run.ritual_version,
        "mythos.prompt.sha256": run.text_sha256,
        "mythos.cases.sha256": run.cases_sha256,
        "mythos.simulated": run.is_simulated,
    }
    with tracer.start_as_current_span(f"ritual {run.ritual.slug}", attributes=about) as span:
        context = _module("opentelemetry.trace").set_span_in_context(span)
        yield _Trace(tracer, context, about)


class _Trace:
    def __init__(self, tracer: Any, context: Any, about: Mapping[str, Any]) -> None:
        self._tracer, self._context, self._about = tracer, context, about

    @contextmanager
    def call(self, provider: str, options: Options, key: str, case: RitualCase | None) -> Iterator[CallSpan]:
        """A judge's call has no case. Failures of the provider are recorded with their cause and go on."""
        kind = _module("opentelemetry.trace").SpanKind.CLIENT
        about = {**self._about, **_asked(provider, options, key), **_about_case(case)}
        span = self._tracer.start_span(f"chat {options.model}", context=self._context, kind=kind, attributes=about)
        found = _Span(span)
        try:
            yield found
        except ProviderFailed as error:
            span.set_attribute("error.type", str(error.data.get("cause", "server_error")))
            span.set_status(_module("opentelemetry.trace").StatusCode.ERROR, error.message)
            raise
        finally:
            span.end(end_time=found.ended)


class _Span:
    """The call ends with the reply; the grades that come after it stand in its events."""

    def __init__(self, span: Any) -> None:
        self._span = span
        self.ended: int | None = None

    def replied(self, reply: Reply, attempts: tuple[str, ...]) -> None:
        self.ended = time.time_ns()
        known = {"mythos.cost_usd": reply.cost} if reply.cost is not None else {}
        self._span.set_attributes(
            {
                "gen_ai.response.model": reply.model,
                "gen_ai.response.finish_reasons": (reply.finish,),
                "gen_ai.usage.input_tokens": reply.tokens_in,
                "gen_ai.usage.output_tokens": reply.tokens_out,
                "mythos.failed_attempts": attempts,
                **known,
            }
        )

    def graded(self, graded: Graded) -> None:
        for grade in graded.grades:
            about = {"gen_ai.evaluation.name": grade["type"], "mythos.grader.version": grade["version"]}
            if grade["value"] is not None:
                about["gen_ai.evaluation.score.value"] = grade["value"]
                about["gen_ai.evaluation.score.label"] = "met" if grade["value"] >= 1 else "not met"
            if grade.get("clause"):
                about["mythos.clause"] = grade["clause"]
            self._span.add_event("gen_ai.evaluation.result", about, timestamp=self.ended)


def _asked(provider: str, options: Options, key: str) -> dict[str, Any]:
    about: dict[str, Any] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": options.model,
        "gen_ai.request.temperature": options.temperature,
        "gen_ai.request.max_tokens": options.max_tokens,
        "gen_ai.output.type": "json" if options.schema is not None else "text",
    }
    if key:
        about["mythos.reply.key"] = key
    if options.seed is not None:
        about["gen_ai.request.seed"] = options.seed
    if options.stop:
        about["gen_ai.request.stop_sequences"] = options.stop
    return about


def _about_case(case: RitualCase | None) -> dict[str, Any]:
    return {"mythos.judge": True} if case is None else {"mythos.case": case.ref, "mythos.case.sha256": case.sha256}


@cache
def tracer_to(to: str) -> Any:
    """Spans go over OTLP as the OTEL_ variables say (`otlp`), or as JSON into a file."""
    sdk, export = _module("opentelemetry.sdk.trace"), _module("opentelemetry.sdk.trace.export")
    resource = _module("opentelemetry.sdk.resources").Resource.create({"service.name": "mythos"})
    provider = sdk.TracerProvider(resource=resource)
    if to == "otlp":
        exporter = _module("opentelemetry.exporter.otlp.proto.http.trace_exporter").OTLPSpanExporter()
        provider.add_span_processor(export.BatchSpanProcessor(exporter))
    else:
        provider.add_span_processor(export.SimpleSpanProcessor(_to_file(export, to)))
    return provider.get_tracer("mythos.rituals")


def _to_file(export: Any, path: str) -> Any:
    try:
        file = open(path, "a", encoding="utf-8")  # noqa: SIM115 - open as long as the process
    except OSError as error:
        raise NotConfigured(f"{VARIABLE}: {path} cannot be written: {error.strerror}.") from error
    return export.ConsoleSpanExporter(out=file, formatter=lambda span: span.to_json(indent=None) + "\n")


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise NotConfigured(
            f"{VARIABLE} is set, but OpenTelemetry is not installed.", hint=install_extra("telemetry")
        ) from error

"""Addresses of the pages. Everything asks who you are, but for sign-in and the health check."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, path

from mythos.web import (
    accounts,
    assistants,
    checkpoints,
    clauses,
    codex,
    health,
    home,
    jobs,
    mutations,
    palette,
    prompt_import,
    prompts,
    regression,
)


def page(route: str, view: Callable[..., Any], name: str) -> URLPattern:
    """A page for people who have signed in."""
    return path(route, login_required(view), name=name)


urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("sign-in", accounts.sign_in, name="sign-in"),
    path("sign-out", accounts.sign_out, name="sign-out"),
    page("", home.home, "home"),
    page("palette", palette.palette, "palette"),
    page("swarm", accounts.switch_swarm, "accounts.switch_swarm"),
    page("settings", accounts.preferences, "accounts.preferences"),
    page("settings/tokens", accounts.tokens, "accounts.tokens"),
    page("settings/tokens/<int:token_id>/revoke", accounts.revoke, "accounts.revoke"),
    page("jobs", jobs.jobs, "jobs.list"),
    page("jobs/<int:job_id>", jobs.page, "jobs.page"),
    page("jobs/<int:job_id>/retry", jobs.retry, "jobs.retry"),
    page("assistants", assistants.roster, "assistants.roster"),
    page("codex", codex.codices, "codex.list"),
    page("codex/import", codex.import_page, "codex.import"),
    page("codex/clauses/new", clauses.new, "clauses.new"),
    page("codex/clauses/<int:clause_id>", clauses.page, "clauses.page"),
    page("codex/clauses/<int:clause_id>/check", clauses.check, "clauses.check"),
    page("codex/regression", regression.queue, "regression.queue"),
    page("codex/regression/<str:clause_id>", regression.page, "regression.page"),
    page("codex/audits/<int:audit_id>/review", regression.review, "regression.review"),
    page("codex/<slug:slug>", codex.codex, "codex.page"),
    page("codex/<slug:slug>/<str:ref>", clauses.by_ref, "clauses.by_ref"),
    page("belief/mutations", mutations.list_page, "mutations.list"),
    page("belief/mutations/export", mutations.export, "mutations.export"),
    page("prompts", prompts.library, "prompts.library"),
    page("prompts/new", prompts.new, "prompts.new"),
    page("prompts/new/check", prompts.check_new, "prompts.check_new"),
    page("prompts/import", prompt_import.page, "prompts.import"),
    page("prompts/checkpoints", checkpoints.grid, "checkpoints.grid"),
    page("prompts/checkpoints/export", checkpoints.export, "checkpoints.export"),
    page("prompts/checkpoints/columns", checkpoints.columns, "checkpoints.columns"),
    page("prompts/checkpoints/views", checkpoints.views, "checkpoints.views"),
    page("prompts/<int:prompt_id>", prompts.page, "prompts.page"),
    page("prompts/<int:prompt_id>/check", prompts.check, "prompts.check"),
    page("prompts/<int:prompt_id>/details", prompts.details, "prompts.details"),
    page("prompts/<int:prompt_id>/versions", prompts.versions, "prompts.versions"),
    page("prompts/<int:prompt_id>/compare", prompts.compare, "prompts.compare"),
    page("prompts/<int:prompt_id>/labels", prompts.labels, "prompts.labels"),
    page("prompts/<int:prompt_id>/restore", prompts.restore, "prompts.restore"),
    page("prompts/<int:prompt_id>/fork", prompts.fork, "prompts.fork"),
    page("prompts/<path:slug>", prompts.by_slug, "prompts.by_slug"),
]

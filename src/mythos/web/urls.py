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
    contracts,
    health,
    home,
    inbox,
    jobs,
    labels,
    mutations,
    palette,
    prompt_import,
    prompts,
    regression,
    roles,
    signing,
    whatif,
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
    page("settings/swarm", accounts.swarm_settings, "accounts.swarm_settings"),
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
    page("codex/contracts", contracts.overview, "contracts.overview"),
    page("codex/contracts/<int:prompt_id>", contracts.card, "contracts.card"),
    page("codex/contracts/<int:prompt_id>/sign", signing.sign, "contracts.sign"),
    page("codex/contracts/<int:prompt_id>/export", contracts.export, "contracts.export"),
    page("codex/contracts/<int:prompt_id>/waive", contracts.waive, "contracts.waive"),
    page("codex/waivers/<int:waiver_id>/revoke", contracts.revoke, "contracts.revoke_waiver"),
    page("codex/roles", roles.list_page, "roles.list"),
    page("codex/roles/<slug:name>", roles.page, "roles.page"),
    page("codex/whatif", whatif.list_page, "whatif.list"),
    page("codex/whatif/new", whatif.new, "whatif.new"),
    page("codex/whatif/<int:proposal_id>", whatif.page, "whatif.page"),
    page("codex/whatif/<int:proposal_id>/accept", whatif.accept, "whatif.accept"),
    page("codex/whatif/<int:proposal_id>/discard", whatif.discard, "whatif.discard"),
    page("codex/whatif/<int:proposal_id>/again", whatif.again, "whatif.again"),
    page("inbox", inbox.page, "inbox"),
    page("inbox/labels/<int:request_id>", labels.decide, "labels.decide"),
    page("codex/<slug:slug>", codex.codex, "codex.page"),
    page("codex/<slug:slug>/<str:ref>", clauses.by_ref, "clauses.by_ref"),
    page("belief/mutations", mutations.list_page, "mutations.list"),
    page("belief/mutations/merge/<int:prompt_id>", mutations.merge, "mutations.merge"),
    page("belief/mutations/export", mutations.export, "mutations.export"),
    page("prompts", prompts.library, "prompts.library"),
    page("prompts/new", prompts.new, "prompts.new"),
    page("prompts/new/check", prompts.check_new, "prompts.check_new"),
    page("prompts/import", prompt_import.page, "prompts.import"),
    page("prompts/checkpoints", checkpoints.grid, "checkpoints.grid"),
    page("prompts/checkpoints/export", checkpoints.export, "checkpoints.export"),
    page("prompts/checkpoints/tag", checkpoints.tag, "checkpoints.tag"),
    page("prompts/checkpoints/columns", checkpoints.columns, "checkpoints.columns"),
    page("prompts/checkpoints/views", checkpoints.views, "checkpoints.views"),
    page("prompts/<int:prompt_id>", prompts.page, "prompts.page"),
    page("prompts/<int:prompt_id>/check", prompts.check, "prompts.check"),
    page("prompts/<int:prompt_id>/details", prompts.details, "prompts.details"),
    page("prompts/<int:prompt_id>/versions", prompts.versions, "prompts.versions"),
    page("prompts/<int:prompt_id>/compare", prompts.compare, "prompts.compare"),
    page("prompts/<int:prompt_id>/labels", labels.labels, "prompts.labels"),
    page("prompts/<int:prompt_id>/restore", prompts.restore, "prompts.restore"),
    page("prompts/<int:prompt_id>/fork", prompts.fork, "prompts.fork"),
    page("prompts/<path:slug>", prompts.by_slug, "prompts.by_slug"),
]

"""The REST door: versioned, additive, one router a noun."""

from ninja import NinjaAPI

from mythos import __version__
from mythos.api import (
    accounts,
    assistant_versions,
    assistants,
    codex,
    compare,
    contracts,
    curricula,
    drafts,
    errors,
    feedback,
    jobs,
    mentorship,
    packages,
    prompts,
    proposals,
    rituals,
    serving,
    trade,
    training,
    vault,
    webhooks,
)
from mythos.api.auth import AUTH
from mythos.api.bodies import BodyParser
from mythos.api.strictness import strictly

# The docs page for people would load scripts from other hosts; the document itself is at openapi.json.
api = NinjaAPI(
    title="MythOS",
    version=__version__,
    description="Prompts under contract to a rule book.",
    auth=AUTH,
    parser=BodyParser(),
    docs_url=None,
    urls_namespace="api",
)
errors.register(api)
api.add_decorator(strictly, mode="operation")
api.add_router("", accounts.router)
api.add_router("", vault.router)
api.add_router("", serving.router)
# Before prompts: a slug may hold any number of /, so theirs would take these addresses for slugs.
api.add_router("/prompts", feedback.router)
api.add_router("/prompts", prompts.router)
api.add_router("/assistants", assistants.router)
api.add_router("/assistants", assistant_versions.router)
api.add_router("/assistants", mentorship.router)
api.add_router("/adoptions", mentorship.adoptions)
api.add_router("/drafts", drafts.router)
api.add_router("/codex", codex.router)
api.add_router("/contracts", contracts.router)
api.add_router("/roles", contracts.roles)
api.add_router("/proposals", proposals.router)
api.add_router("/label-requests", proposals.requests)
api.add_router("/compare", compare.router)
api.add_router("/rituals", rituals.router)
api.add_router("/webhooks", webhooks.router)
api.add_router("/packages", packages.router)
api.add_router("/jobs", jobs.router)
api.add_router("/train", training.router)
api.add_router("/market", trade.router)
api.add_router("", curricula.router)

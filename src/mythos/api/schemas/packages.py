"""Shapes of packages, keys and installs."""

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from mythos.api.schemas.base import Body
from mythos.api.schemas.runs import JudgeIn


class PackageOut(Schema):
    id: int
    slug: str
    name: str
    tags: list[str] = Field(description="Own tags, and after an export the codex tags.")
    exported: bool
    prompts: list[str] = Field(description="Slugs of the selection; what they include is added on export.")
    description: str
    license: str = Field(description="An SPDX expression.")
    authors: list[str]
    attribution: str
    dependencies: list[dict[str, str]]
    created_at: datetime

    @staticmethod
    def resolve_prompts(package: Any) -> list[str]:
        return sorted(prompt.slug for prompt in package.prompts.all())


class PackagePage(Schema):
    items: list[PackageOut]
    next: str | None = None


class PackageIn(Body):
    slug: str
    name: str = ""
    prompts: list[str] = []
    tags: list[str] = []
    description: str = ""
    license: str = "LicenseRef-None"
    authors: list[str] = []
    attribution: str = ""
    dependencies: list[dict[str, str]] = []


class SelectionIn(Body):
    add: list[str] = []
    remove: list[str] = []


class ReasonOut(Schema):
    step: str = Field(description="major, minor or patch.")
    what: str
    text: str


class PackageDraftOut(Schema):
    version: str = Field(description="The number that comes next.")
    before: str
    reasons: list[ReasonOut]
    counts: dict[str, int]
    codex_tags: list[str]
    blocking: list[dict[str, Any]] = Field(description="Promises that forbid the export.")


class InstallOptions(Schema):
    """In the query, for the body is the package."""

    decide: list[str] = Field([], description="PART=theirs, mine or edited, as in prompt:desk=mine.")
    text: list[str] = Field([], description="PART=TEXT for every part that is decided as edited.")
    accept_signer: str = Field("", description="Fingerprint of a signer that is trusted from now on.")
    allow_unsigned: bool = Field(False, description="Take a package that nobody signed.")


class PackageExportIn(Body):
    version: str = Field("", description="Empty: the next number.")
    key: str = Field("", description="Name or fingerprint of a key of the swarm; empty: not signed.")


class PackageExportOut(Schema):
    id: int
    version: str
    sha256: str
    size: int
    fingerprint: str
    signer_name: str
    codex_tags: list[str]
    counts: dict[str, int]
    reasons: list[dict[str, Any]]
    created_at: datetime


class InstallRowOut(Schema):
    key: str
    action: str
    text: str
    choices: list[str]
    chosen: str
    wrong: str = Field(description="Why an edited text cannot be taken.")
    base: str = Field(description="For a prompt in conflict: the text both sides began with, where there is one.")
    mine: str = Field(description="For rows with choices: what is here.")
    theirs: str
    merged: str = Field(description="All three together, with marks where they clash.")

    @staticmethod
    def resolve_mine(row: Any) -> str:
        return row.mine if row.choices else ""

    @staticmethod
    def resolve_theirs(row: Any) -> str:
        return row.theirs if row.choices else ""


class InstallPlanOut(Schema):
    name: str
    version: str
    sha256: str
    signer: str = Field(description="unsigned, first, trusted, changed or revoked.")
    fingerprint: str
    installed_version: str
    counts: dict[str, int]
    in_bulk: dict[str, int] = Field(description="How many open rows `decide=*=mine` and `…=theirs` would decide.")
    rows: list[InstallRowOut] = Field(description="Everything that does not stay the same.")
    problems: list[str]
    is_ready: bool
    digest: str
    is_changed: bool = False


class InstalledOut(Schema):
    slug: str
    name: str
    version: str
    sha256: str
    license: str
    authors: list[str]
    fingerprint: str
    signer_name: str
    source: str
    claims: dict[str, Any]
    history: list[dict[str, Any]]
    installed_at: datetime


class RerunIn(Body):
    provider: str
    model: str = Field("", description="Empty: the provider's own.")
    parameters: dict[str, Any] = {}
    judge: JudgeIn | None = None
    repeats: int = 1
    budget: float | None = Field(None, description="US dollars for each ritual.")
    use_cache: bool = True


class ShareOut(Schema):
    passed: int
    measured: int
    total: int
    rate: float | None = Field(description="Empty when nothing was measured.")
    low: float | None
    high: float | None


class DifferenceOut(Schema):
    n: int | tuple[int, int] = Field(description="Pairs; or the sizes of two samples, where single cases are not told.")
    difference: float = Field(description="Here minus claimed.")
    interval: tuple[float, float]
    p_value: float
    test: str
    verdict: str = Field(description="better, worse, same, or not enough cases.")
    needed: int = Field(description="How many more cases it would take.")


class ClaimOut(Schema):
    ritual: str
    claimed: dict[str, Any] | None
    theirs: ShareOut | None
    run: int | None = Field(description="The newest run here of all cases in use.")
    mine: ShareOut | None
    verdict: str = Field(description="As of the test; “not measured” where there is nothing to judge.")
    why: str = Field(description="What is missing for a verdict.")
    result: DifferenceOut | None
    differs: list[str] = Field(description="What besides chance could have made the difference.")
    left_out: int
    is_simulated: bool

    @staticmethod
    def resolve_ritual(row: Any) -> str:
        slug: str = row.slug
        return slug

    @staticmethod
    def resolve_run(row: Any) -> int | None:
        return row.run.pk if row.run else None


class RemovalOut(Schema):
    trashed: list[str]
    kept: dict[str, str]
    left: dict[str, list[str]]


class KeyIn(Body):
    name: str


class KeyOut(Schema):
    name: str
    fingerprint: str
    public_key: str
    revoked_at: datetime | None


class SignerIn(Body):
    fingerprint: str
    name: str = ""


class SignerOut(Schema):
    name: str
    fingerprint: str
    how: str
    revoked_at: datetime | None

"""Questions about drafts, and about what was deployed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery

from mythos.accounts.actors import Actor, person
from mythos.accounts.models import Swarm
from mythos.accounts.queries import swarms_of
from mythos.assistants.models import Assistant
from mythos.codex.models import CodexContract, State
from mythos.drafts.compiling import Compilation, compile_composition
from mythos.drafts.composition import composition_of_draft
from mythos.drafts.models import AssistantDraft, AssistantPrompt, AssistantVersion
from mythos.errors import NotFound
from mythos.prompts.models import Prompt, PromptCheckpoint
from mythos.text.diff import DiffSpan, word_diff


@dataclass(frozen=True)
class PinOffer:
    """A pin behind its prompt: the newer checkpoint, and how the prompt's contract stands on it, if it has one."""

    pin: AssistantPrompt
    newest: PromptCheckpoint
    state: str

    @property
    def keeps(self) -> bool:
        """Whether the newer text keeps the contract."""
        return self.state in (State.KEPT, State.WAIVED)


@dataclass(frozen=True)
class VersionDiff:
    """Two versions of an assistant: the words that differ, and the pins that came, went or moved."""

    old: AssistantVersion
    new: AssistantVersion
    diff: list[DiffSpan]
    pins: list[str]


def visible_drafts(actor: Actor, swarm: Swarm | None = None) -> QuerySet[AssistantDraft]:
    """Drafts of the actor's swarms, the last one changed first."""
    found = AssistantDraft.objects.filter(swarm__in=swarms_of(actor)).select_related("swarm", "assistant", "author")
    return found if swarm is None else found.filter(swarm=swarm)


def newest_draft(actor: Actor, swarm: Swarm) -> AssistantDraft | None:
    """The draft of one's own, or of nobody's, that was changed last."""
    return visible_drafts(actor, swarm).filter(Q(author=person(actor)) | Q(author=None)).first()


def get_draft(actor: Actor, draft_id: int) -> AssistantDraft:
    """One draft by number, or NotFound when it is not the actor's to see."""
    found = visible_drafts(actor).filter(pk=draft_id).first()
    if found is None:
        raise NotFound(f"There is no draft {draft_id}.")
    return found


def compiled(draft: AssistantDraft, *, seconds: float | None = None) -> Compilation:
    """What a draft at hand compiles to, and what stands in its way."""
    return compile_composition(composition_of_draft(draft), seconds=seconds)


def compiled_draft(actor: Actor, draft: AssistantDraft, *, seconds: float | None = None) -> Compilation:
    """The same of a draft as it is stored, for an actor who may see it."""
    return compiled(get_draft(actor, draft.pk), seconds=seconds)


def versions_of(actor: Actor, assistant: Assistant) -> QuerySet[AssistantVersion]:
    """Every deployed version of an assistant, newest first."""
    return AssistantVersion.objects.filter(assistant=assistant, assistant__swarm__in=swarms_of(actor)).select_related(
        "assistant", "assistant__swarm"
    )


def get_version(actor: Actor, assistant: Assistant, number: int | None = None) -> AssistantVersion:
    """One version by its number, else the newest, or NotFound."""
    rows = versions_of(actor, assistant)
    found: AssistantVersion | None = (rows if number is None else rows.filter(number=number)).first()
    if found is None:
        what = "no version yet" if number is None else f"no version {number}"
        raise NotFound(f"{assistant.name} has {what}.", fields={"version": "Unknown version."})
    return found


def pins_of(version: AssistantVersion) -> list[AssistantPrompt]:
    """What a version is pinned to, in the order of its text."""
    return list(version.pins.select_related("prompt", "prompt__current", "checkpoint").order_by("order"))


def compare_versions(actor: Actor, assistant: Assistant, old: int, new: int) -> VersionDiff:
    """What changed between two versions."""
    before, after = (get_version(actor, assistant, number) for number in (old, new))
    left = {pin.prompt_id: pin for pin in pins_of(before)}
    right = {pin.prompt_id: pin for pin in pins_of(after)}
    lines = [_moved(left.get(key), right.get(key)) for key in [*left, *(key for key in right if key not in left)]]
    return VersionDiff(before, after, word_diff(before.text, after.text), [line for line in lines if line])


def _moved(old: AssistantPrompt | None, new: AssistantPrompt | None) -> str:
    if old is None or new is None:
        only = old or new
        assert only is not None
        what = "taken out" if new is None else f"added to {only.section}"
        return f"{only.prompt.slug} v{only.checkpoint.version}: {what}"
    changes = []
    if old.checkpoint_id != new.checkpoint_id:
        changes.append(f"v{old.checkpoint.version} → v{new.checkpoint.version}")
    if old.section != new.section:
        changes.append(f"{old.section} → {new.section}")
    return f"{new.prompt.slug}: {', '.join(changes)}" if changes else ""


def newest_versions() -> QuerySet[AssistantVersion]:
    """The version each assistant speaks from."""
    newest = AssistantVersion.objects.filter(assistant=OuterRef("assistant")).order_by("-number").values("pk")[:1]
    return AssistantVersion.objects.filter(pk=Subquery(newest))


def users_of(actor: Actor, prompt: Prompt) -> list[AssistantPrompt]:
    """The assistants that speak from a prompt now, each with the checkpoint it is pinned to."""
    rows = AssistantPrompt.objects.filter(
        Q(version__in=newest_versions().filter(assistant__swarm__in=swarms_of(actor))), prompt=prompt
    )
    return list(rows.select_related("version__assistant", "checkpoint", "prompt").order_by("version__assistant__name"))


def pin_offers(pins: Sequence[AssistantPrompt]) -> list[PinOffer]:
    """The pins that are behind their prompts."""
    behind = [p for p in pins if p.prompt.current_id != p.checkpoint_id and p.prompt.deleted_at is None]
    contracts = CodexContract.objects.filter(
        prompt__in=[pin.prompt_id for pin in behind], status=CodexContract.Status.IN_FORCE
    )
    states = {row.prompt_id: (row.checked_checkpoint_id, row.state) for row in contracts}
    offers = []
    for pin in behind:
        newest = pin.prompt.current
        assert newest is not None
        checked, state = states.get(pin.prompt_id, (newest.pk, ""))
        offers.append(PinOffer(pin, newest, state if checked == newest.pk else State.UNTESTED.value))
    return offers


def last_deployed(assistants: Sequence[int]) -> dict[int, int]:
    """Assistant -> number of its newest version."""
    rows = AssistantVersion.objects.filter(assistant__in=assistants).values_list("assistant")
    return dict(rows.annotate(newest=Max("number")).order_by())

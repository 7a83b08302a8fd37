"""Which curricula are nothing for one assistant: its rules forbid what they teach, or it holds their certificate."""

from __future__ import annotations

from dataclasses import dataclass

from mythos.assistants.models import Assistant
from mythos.codex.models import ContractClause
from mythos.market.fitting import codex_mark, fit_key
from mythos.market.models import CurriculumFit, Enrollment, Listing


@dataclass(frozen=True)
class Unsuited:
    """Curricula by number, and why."""

    clashing: frozenset[int]
    certified: frozenset[int]

    @property
    def all(self) -> frozenset[int]:
        """Every one of them."""
        return self.clashing | self.certified


def unsuited_for(assistant: Assistant) -> Unsuited:
    """What to leave out; a curriculum that nobody here has looked at yet was not compared, and stays."""
    bound = bound_refs(assistant)
    mark = codex_mark(assistant.swarm)
    rows = CurriculumFit.objects.filter(swarm=assistant.swarm).exclude(clashes=[]).select_related("curriculum")
    known = rows.only("clashes", "key", "swarm", "curriculum__sha256")
    clashing = {
        row.curriculum_id
        for row in known
        if row.key == fit_key(row.curriculum, mark) and any(clash["ref"] in bound for clash in row.clashes)
    }
    done = Enrollment.objects.filter(assistant=assistant, state=Enrollment.State.COMPLETED)
    lineages = done.values("curriculum__lineage")
    certified = Listing.objects.filter(curriculum__lineage__in=lineages).values_list("curriculum_id", flat=True)
    return Unsuited(frozenset(clashing), frozenset(certified))


def bound_refs(assistant: Assistant) -> set[str]:
    """The rules that contracts of the assistant's prompts bind now."""
    rows = ContractClause.objects.filter(contract__prompt__assistant=assistant, contract__status="in_force")
    return set(rows.values_list("clause__ref", flat=True))

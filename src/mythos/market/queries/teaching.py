"""Questions about assistants that are taught."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.queries import swarms_of
from mythos.assistants.models import Assistant
from mythos.errors import NotFound
from mythos.market.models import Certificate, Enrollment, PartAttempt
from mythos.market.progress import Progress, progress_of

_TRIED_SIMULATED = PartAttempt.objects.filter(enrollment=OuterRef("pk"), run__is_simulated=True)
# Whether any reply that was graded came from a rule follower; the certificate still knows when the runs are gone.
IS_SIMULATED = Exists(_TRIED_SIMULATED) | Q(certificate__record__model__simulated=True)


def visible_enrollments(actor: Actor, swarm: Swarm | None = None) -> QuerySet[Enrollment]:
    """Who is taught by what in the actor's swarms, newest first."""
    found = Enrollment.objects.filter(curriculum__swarm__in=swarms_of(actor)).annotate(is_simulated=IS_SIMULATED)
    if swarm is not None:
        found = found.filter(curriculum__swarm=swarm)
    return found.select_related("curriculum__swarm", "assistant", "prompt", "certificate").defer(
        "curriculum__exported_json"
    )


def get_enrollment(actor: Actor, enrollment_id: int) -> Enrollment:
    """One enrolment, or NotFound."""
    found = visible_enrollments(actor).filter(pk=enrollment_id).first()
    if found is None:
        raise NotFound(f"There is no enrolment {enrollment_id}.")
    return found


def teaching_progress(actor: Actor, enrollment_id: int) -> Progress:
    """How far one assistant is, part by part."""
    return progress_of(get_enrollment(actor, enrollment_id))


def get_certificate(actor: Actor, serial: str) -> Certificate:
    """One certificate of the actor's swarms, or NotFound."""
    rows = Certificate.objects.filter(enrollment__curriculum__swarm__in=swarms_of(actor))
    found = rows.select_related("enrollment__curriculum__swarm", "enrollment__assistant").filter(serial=serial).first()
    if found is None:
        raise NotFound(f"There is no certificate {serial[:40]!r}.")
    return found


def taught_lineages(assistant: Assistant) -> dict[str, str]:
    """What an assistant is or was taught: state by lineage."""
    rows = Enrollment.objects.filter(assistant=assistant).exclude(state=Enrollment.State.LEFT)
    return dict(rows.values_list("curriculum__lineage", "state"))

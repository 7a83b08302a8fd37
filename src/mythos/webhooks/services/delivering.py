"""Sending what is next of one object. At least once: a worker that dies between sending and writing sends again."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mythos.webhooks.models import WebhookDelivery, WebhookEndpoint
from mythos.webhooks.sending import Answer, post
from mythos.webhooks.services.endpoints import hasten
from mythos.webhooks.services.queueing import DELIVER_JOB, queue_lane
from mythos.webhooks.signing import headers_of

__all__ = ["DELIVER_JOB", "deliver_next"]

State = WebhookDelivery.State
Land = Callable[[], AbstractContextManager[None]]

# The pauses that the specification recommends; after the last the message is given up, three days after the first.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400))
JITTER = 0.1
LONGEST_WAIT = timedelta(days=1)
FAILED_FOR = timedelta(days=5)
HOLD = timedelta(seconds=60)
GONE = 410


def deliver_next(*, endpoint_id: int, lane: str, land: Land = transaction.atomic) -> WebhookDelivery | None:
    """Send the oldest message of a lane, when it is due and nobody else is at it; later ones wait for it."""
    endpoint = WebhookEndpoint.objects.filter(pk=endpoint_id, is_enabled=True).first()
    head = _head(endpoint, lane) if endpoint is not None else None
    if endpoint is None or head is None:
        with land():
            return None
    now = timezone.now()
    due = max(head.next_at, endpoint.rest_until or now, head.claimed_until or now)
    if due > now or not _hold(head, now):
        with land():
            queue_lane(endpoint, lane, max(due, now + timedelta(seconds=1)))
        return None
    body = head.payload.encode()
    answer = post(endpoint.url, body, headers_of(head.message_id, now, body, _salts(endpoint, now)))
    with land():
        endpoint = WebhookEndpoint.objects.select_for_update().filter(pk=endpoint_id).first()
        if endpoint is None:  # removed while the message was under way, and the message with it
            return None
        _note(head, answer, now)
        _stand(endpoint, answer)
        following = _head(endpoint, lane)
        if following is not None and endpoint.is_enabled:
            queue_lane(endpoint, lane, max(following.next_at, endpoint.rest_until or following.next_at))
    return head


def _head(endpoint: WebhookEndpoint, lane: str) -> WebhookDelivery | None:
    return WebhookDelivery.objects.filter(endpoint=endpoint, lane=lane, state=State.PENDING).order_by("id").first()


def _hold(row: WebhookDelivery, now: datetime) -> bool:
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    mine = WebhookDelivery.objects.filter(free, pk=row.pk, state=State.PENDING)
    return mine.update(claimed_until=now + HOLD) == 1


def _salts(endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    overlaps = endpoint.previous_salt and endpoint.previous_until and endpoint.previous_until > now
    return [endpoint.salt, endpoint.previous_salt] if overlaps else [endpoint.salt]


def _note(row: WebhookDelivery, answer: Answer, at: datetime) -> None:
    """Write down how the attempt went, and when the next one is."""
    now = timezone.now()
    attempt = {"at": at.isoformat(), "status": answer.status, "ms": answer.ms, "error": answer.error}
    row.attempts = [*row.attempts, attempt]
    row.response, row.claimed_until = answer.body, None
    tried = len(row.attempts)
    if answer.is_good:
        row.state, row.finished_at = State.DELIVERED, now
    elif tried > len(PAUSES) or answer.status == GONE:
        row.state, row.finished_at = State.GIVEN_UP, now
    else:
        asked = timedelta(seconds=answer.retry_after or 0)
        row.next_at = now + min(max(_pause(tried), asked), LONGEST_WAIT)
    row.save(update_fields=["attempts", "response", "claimed_until", "state", "finished_at", "next_at"])


def _stand(endpoint: WebhookEndpoint, answer: Answer) -> None:
    """What the attempt says of the endpoint: well again, resting, or to be switched off."""
    now = timezone.now()
    was_failing = endpoint.failing_since is not None
    if answer.is_good:
        endpoint.failing_since, endpoint.unreachable, endpoint.rest_until = None, 0, None
        if was_failing:
            hasten(endpoint)
    else:
        endpoint.failing_since = endpoint.failing_since or now
        # Whoever does not answer at all is not asked about every single thing that waits.
        endpoint.unreachable = endpoint.unreachable + 1 if answer.status is None else 0
        endpoint.rest_until = now + _pause(endpoint.unreachable) if endpoint.unreachable else None
        if answer.status == GONE:
            _switch_off(endpoint, "It answered 410: it wants no more messages.")
        elif now - endpoint.failing_since >= FAILED_FOR:
            _switch_off(endpoint, f"It has failed for {FAILED_FOR.days} days. Last: {answer.error}")
    endpoint.save(
        update_fields=["failing_since", "unreachable", "rest_until", "is_enabled", "disabled_at", "disabled_reason"]
    )


def _switch_off(endpoint: WebhookEndpoint, reason: str) -> None:
    endpoint.is_enabled, endpoint.disabled_at, endpoint.disabled_reason = False, timezone.now(), reason[:300]


def _pause(tried: int) -> timedelta:
    """How long to wait after so many attempts; never quite the same, so that not all come back at once."""
    return PAUSES[min(tried, len(PAUSES)) - 1] * (1 + random.random() * JITTER)  # noqa: S311 - no secret

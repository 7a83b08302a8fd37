"""The log of messages is kept for a month."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from mythos.webhooks.models import WebhookDelivery
from mythos.work.services import enqueue

TIDY_JOB = "webhooks.tidy"
KEPT = timedelta(days=30)
ONCE_A = timedelta(days=1)


def schedule_tidying() -> None:
    """Have the worker look through the log now, and daily from then on; nothing while nobody is told anything."""
    if WebhookDelivery.objects.exists():
        enqueue(kind=TIDY_JOB, key="log")


def tidy() -> int:
    """Remove messages that were finished a month ago and come again tomorrow; how many went."""
    removed, _ = WebhookDelivery.objects.filter(finished_at__lt=timezone.now() - KEPT).delete()
    enqueue(kind=TIDY_JOB, key="log", not_before=timezone.now() + ONCE_A)
    return removed

"""Everything that changes webhooks."""

from mythos.webhooks.services.delivering import DELIVER_JOB, deliver_next
from mythos.webhooks.services.endpoints import (
    Issued,
    add_endpoint,
    remove_endpoint,
    rotate_secret,
    send_ping,
    set_enabled,
    update_endpoint,
)
from mythos.webhooks.services.queueing import announce, replay_delivery
from mythos.webhooks.services.tidying import TIDY_JOB, schedule_tidying, tidy

__all__ = [
    "DELIVER_JOB",
    "TIDY_JOB",
    "Issued",
    "add_endpoint",
    "announce",
    "deliver_next",
    "remove_endpoint",
    "replay_delivery",
    "rotate_secret",
    "schedule_tidying",
    "send_ping",
    "set_enabled",
    "tidy",
    "update_endpoint",
]

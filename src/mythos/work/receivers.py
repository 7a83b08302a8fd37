"""What this floor does for those above without being asked: their calls are paced over all processes, and a database
server notices a machine that was cut off."""

from typing import Any

from django.db.backends.signals import connection_created
from django.dispatch import receiver

from mythos.providers.calling import use_paces
from mythos.work.pacing import pace_of

_ALIVE = "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4"
use_paces(pace_of)


@receiver(connection_created)
def notice_lost_machines(connection: Any, **_: object) -> None:
    """Else a worker that was cut off in the middle of a transaction would hold its rows locked for hours."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4"
            )

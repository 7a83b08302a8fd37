"""What this floor announces, after commit and with ids only."""

from django.dispatch import Signal

assistant_deployed = Signal()  # assistant_id, version_id

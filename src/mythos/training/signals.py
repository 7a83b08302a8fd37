"""What this floor announces, after commit and with ids only."""

from django.dispatch import Signal

chain_started = Signal()  # chain_id
chain_step_finished = Signal()  # chain_id, step
chain_paused = Signal()  # chain_id
chain_finished = Signal()  # chain_id
chain_failed = Signal()  # chain_id
chain_cancelled = Signal()  # chain_id
chain_sealed = Signal()  # chain_id

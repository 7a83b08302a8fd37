"""What this floor announces, after commit and with ids only."""

from django.dispatch import Signal

ritual_run_finished = Signal()  # run_id
ritual_run_failed = Signal()  # run_id
ritual_changed = Signal()  # ritual_id, prompt_id: what it tries out, or tried out before

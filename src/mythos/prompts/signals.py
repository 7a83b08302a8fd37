"""What this floor announces, after commit and with ids only."""

from django.dispatch import Signal

prompt_revised = Signal()  # prompt_id, checkpoint_id, swarm_id, parent_id
label_moved = Signal()  # prompt_id, label, move_id
prompt_trashed = Signal()  # prompt_id, is_trashed

"""What this floor announces, after commit and with ids only."""

from django.dispatch import Signal

mentorship_offered = Signal()  # assistant_id, is_offering
prompts_adopted = Signal()  # log_id
adoption_measured = Signal()  # log_id
adoption_undone = Signal()  # log_id

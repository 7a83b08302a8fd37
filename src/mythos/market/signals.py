"""What this floor announces, after commit and with ids only."""

from django.dispatch import Signal

part_passed = Signal()  # attempt_id
assistant_certified = Signal()  # certificate_id

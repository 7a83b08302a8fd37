"""What this floor announces, after commit and with ids only."""

from django.dispatch import Signal

part_passed = Signal()  # attempt_id
assistant_certified = Signal()  # certificate_id
credits_granted = Signal()  # transfer_id
listing_changed = Signal()  # listing_id, verb: opened, changed, closed
curriculum_taken = Signal()  # license_id: bought, bartered or cloned
offer_moved = Signal()  # move_id: offer, counter, accept, decline, withdraw or expire
curriculum_updated = Signal()  # license_id: its copy was brought up to a newer version

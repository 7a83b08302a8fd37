"""What this floor tells the floors below when it starts."""

from mythos.rituals.queries import register_spender
from mythos.training.queries import spent_since

register_spender(spent_since)

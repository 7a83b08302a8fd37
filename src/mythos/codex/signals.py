"""What this floor announces, after commit and with ids only."""

from django.dispatch import Signal

clause_revised = Signal()  # clause_id, audit_id
clause_audited = Signal()  # audit_id
audit_reviewed = Signal()  # audit_id
contract_signed = Signal()  # contract_id
contract_state_changed = Signal()  # contract_id, before, after

"""What this floor announces, after commit and with ids only."""

from django.dispatch import Signal

clause_revised = Signal()  # clause_id, audit_id
clause_audited = Signal()  # audit_id

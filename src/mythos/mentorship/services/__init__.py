"""Verbs of mentorship: offer it, adopt prompts, measure what came of it, undo it."""

from mythos.mentorship.services.adopting import adopt_prompts, undo_adoption
from mythos.mentorship.services.measuring import (
    gather_evidence,
    give_feedback,
    measure_adoption,
    settle_measurement,
    try_assistants,
)
from mythos.mentorship.services.offering import offer_mentorship, withdraw_mentorship
from mythos.mentorship.services.standing import note_run, refresh_scores, refresh_standings

__all__ = [
    "adopt_prompts",
    "gather_evidence",
    "give_feedback",
    "measure_adoption",
    "note_run",
    "offer_mentorship",
    "refresh_scores",
    "refresh_standings",
    "settle_measurement",
    "try_assistants",
    "undo_adoption",
    "withdraw_mentorship",
]

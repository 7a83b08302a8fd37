"""Verbs of training chains."""

from mythos.training.jobs import CHAIN_JOB
from mythos.training.services.chains import (
    ENGINES,
    Wish,
    cancel_chain,
    involved_assistants,
    not_set_up,
    pause_chain,
    plan_chain,
    reopen_chain,
    resume_chain,
    start_chain,
    sweep_chains,
    wish_from,
)
from mythos.training.services.running import execute_chain
from mythos.training.services.sealing import assistants_to_move, seal_chain

__all__ = [
    "CHAIN_JOB",
    "ENGINES",
    "Wish",
    "assistants_to_move",
    "cancel_chain",
    "execute_chain",
    "involved_assistants",
    "not_set_up",
    "pause_chain",
    "plan_chain",
    "reopen_chain",
    "resume_chain",
    "seal_chain",
    "start_chain",
    "sweep_chains",
    "wish_from",
]

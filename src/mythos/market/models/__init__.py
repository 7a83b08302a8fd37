"""Curricula and what is traded of them."""

from mythos.market.models.bundles import RitualTagBundle
from mythos.market.models.curricula import CurriculumFigures, CurriculumPart, PromptCurriculumVault
from mythos.market.models.teaching import Certificate, Enrollment, PartAttempt

__all__ = [
    "Certificate",
    "CurriculumFigures",
    "CurriculumPart",
    "Enrollment",
    "PartAttempt",
    "PromptCurriculumVault",
    "RitualTagBundle",
]

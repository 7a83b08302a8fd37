"""Curricula, and what is traded of them."""

from mythos.market.models.bundles import RitualTagBundle
from mythos.market.models.curricula import CurriculumFigures, CurriculumPart, PromptCurriculumVault
from mythos.market.models.ledger import LedgerAccount, LedgerTransfer
from mythos.market.models.teaching import Certificate, Enrollment, PartAttempt
from mythos.market.models.trade import BarterItem, BarterMove, BarterOffer, CurriculumLicense, Listing

__all__ = [
    "BarterItem",
    "BarterMove",
    "BarterOffer",
    "Certificate",
    "CurriculumFigures",
    "CurriculumLicense",
    "CurriculumPart",
    "Enrollment",
    "LedgerAccount",
    "LedgerTransfer",
    "Listing",
    "PartAttempt",
    "PromptCurriculumVault",
    "RitualTagBundle",
]

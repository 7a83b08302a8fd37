"""Curricula, and what is traded of them."""

from mythos.market.models.bundles import RitualTagBundle
from mythos.market.models.curricula import CurriculumFigures, CurriculumPart, PromptCurriculumVault
from mythos.market.models.federation import MarketSource, RemoteCurriculum
from mythos.market.models.fitting import CurriculumFit
from mythos.market.models.ledger import LedgerAccount, LedgerTransfer
from mythos.market.models.teaching import Certificate, Enrollment, PartAttempt
from mythos.market.models.trade import BarterItem, BarterMove, BarterOffer, CurriculumLicense, Listing

__all__ = [
    "BarterItem",
    "BarterMove",
    "BarterOffer",
    "Certificate",
    "CurriculumFigures",
    "CurriculumFit",
    "CurriculumLicense",
    "CurriculumPart",
    "Enrollment",
    "LedgerAccount",
    "LedgerTransfer",
    "Listing",
    "MarketSource",
    "PartAttempt",
    "PromptCurriculumVault",
    "RemoteCurriculum",
    "RitualTagBundle",
]

"""Checking plain files: prompts and a rule book in a folder, beside what they were in git. No server, no database."""

from mythos.checking.check import check
from mythos.checking.findings import Finding, Place, Report
from mythos.checking.plan import Plan, read_plan

__all__ = ["Finding", "Place", "Plan", "Report", "check", "read_plan"]

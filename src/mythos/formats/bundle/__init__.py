"""Packages: prompts with their proof, as one signed archive that is the same bytes wherever it is built."""

from mythos.formats.bundle.archive import MOST_BYTES
from mythos.formats.bundle.document import About, Contents, Dependency
from mythos.formats.bundle.reader import Bundle, read_bundle
from mythos.formats.bundle.writer import Seal, write_bundle

__all__ = ["MOST_BYTES", "About", "Bundle", "Contents", "Dependency", "Seal", "read_bundle", "write_bundle"]

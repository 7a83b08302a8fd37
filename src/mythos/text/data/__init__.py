"""Vocabularies the ground reads; see README.md for where each file comes from."""

"""Assistants teach each other: who teaches what, what was adopted, and what it gained."""

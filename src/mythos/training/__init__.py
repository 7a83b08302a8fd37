"""Assistants trained together under the codex: chains, reflections and rings of mutations."""

"""MythOS keeps the prompts of LLM assistants under contract to a rule book."""

__version__ = "0.1.0"

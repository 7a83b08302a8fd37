"""MythOS keeps the prompts of LLM assistants under contract to a rule book."""

import os

__version__ = "0.1.0"

# Its threads wait busily for the next product and take the core the language model runs on; one is as quick here.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

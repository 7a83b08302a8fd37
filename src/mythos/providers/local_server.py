"""The child process of the local provider: reads its settings from one line of input, serves until input ends."""

from __future__ import annotations

import importlib
import json
import sys


def main() -> None:
    """Start the server, say where it listens, and wait for the end of input."""
    settings = json.loads(sys.stdin.readline())
    runtime = importlib.import_module("xllamacpp")
    params = runtime.CommonParams()
    params.model.path = settings["model"]
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.api_keys = [settings["key"]]
    params.endpoint_slots = params.endpoint_props = False
    params.n_ctx = 8192
    # One at a time and without a cache: batching and reuse can change what a model says.
    params.n_parallel, params.cache_prompt = 1, False
    params.cpuparams.n_threads = settings["threads"]
    params.cpuparams_batch.n_threads = settings["threads"]
    try:
        server = runtime.Server(params)
    except Exception as error:  # whatever the runtime raises, the parent must hear of it
        print(json.dumps({"error": str(error)}), flush=True)
        return
    print(json.dumps({"url": server.listening_address}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()

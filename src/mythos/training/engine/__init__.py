"""The training engine: plain Python over a small protocol. `run(task, journal, settings, should_pause, reopen)`."""

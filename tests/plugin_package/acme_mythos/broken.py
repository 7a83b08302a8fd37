"""A detector that cannot be loaded."""

raise RuntimeError("this package needs a newer host")

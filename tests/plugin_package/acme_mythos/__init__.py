"""A detector as another package would bring it."""

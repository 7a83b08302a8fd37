"""Documents to and from plain dataclasses; one format a file."""

"""What the bench of conformance judges, a format a file."""

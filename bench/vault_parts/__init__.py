"""What the bench of the vault measures, a subject a file."""

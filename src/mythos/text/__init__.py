"""Pure functions on text: no Django, no database, no network."""

"""Small trained models of the comparator; how they were made is in docs/reference/comparator-model.md."""

"""The comparator's models and the sentence model; how they were made is in docs/reference/comparator-model.md."""

"""Answers brought in by the field's own clients (ODK Collect, Enketo) over OpenRosa 1.0."""

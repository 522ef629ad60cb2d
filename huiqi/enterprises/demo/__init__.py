"""Synthetic firms for demonstration and measurement. No firm, person or number here is real."""

"""Surveys: questionnaires sent to a frame of firms in waves, and what their answers say."""

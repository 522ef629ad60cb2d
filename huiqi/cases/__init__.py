"""Requests 诉求 and other work that passes between offices: an owner, a clock and an end for each."""

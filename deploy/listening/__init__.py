"""Listening itself: live sources, one bounded queue, and one thread that takes what was heard."""

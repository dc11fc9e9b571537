"""Delivery of alerts: what is told to which channel, when, and that it is told once."""

"""placeholder"""
def spikes() -> None:
    """Placeholder."""

"""placeholder"""
def cascades() -> None:
    """Placeholder."""

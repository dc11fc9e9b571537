"""The container image: how it is built, and what goes into it."""

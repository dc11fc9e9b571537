"""The embedded store: one SQLite file that holds documents, trends, state and positions."""

"""One file per source; each is found by itself (ingest/source.py)."""

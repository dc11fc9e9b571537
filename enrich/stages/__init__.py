"""One file per text stage; each is found by itself (enrich/stage.py)."""

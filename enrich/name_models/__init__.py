"""One file per kind of model that finds names; each is found by itself (enrich/name_model.py)."""

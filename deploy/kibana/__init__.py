"""Kibana dashboards over the Elasticsearch store, as saved objects made by code: see `export.py`."""

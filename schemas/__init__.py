"""The language that all rooms speak: shapes, ids, versions, queries, text, settings, errors."""

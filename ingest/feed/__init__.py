"""Feeds: RSS, Atom, RDF, CDF and JSON Feed, as people really write them, to items."""

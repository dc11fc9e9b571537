"""What hearken adds to a mention: language, entities, sentiment, near-copies, virality; and trends of a brand."""

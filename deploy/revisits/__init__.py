"""Looking again at what is known: counts over time, edits and deletions, by the posts' ids."""

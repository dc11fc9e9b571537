"""The demonstration: an invented crisis, told post by post, and a summary of it that is read back from the store."""

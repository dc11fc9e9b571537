"""The kinds of alert that are judged by what the last days of a brand, or of its group, come to; one file each."""

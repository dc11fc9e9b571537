"""One file for each way in which platforms that push prove who they are."""

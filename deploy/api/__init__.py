"""The trend API: what a store knows, over HTTP, for the dashboard and for other programs."""

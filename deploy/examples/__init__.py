"""Programs that show how to use what hearken publishes."""

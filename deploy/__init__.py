"""How hearken is put together and run: the command line and the one-process runner."""

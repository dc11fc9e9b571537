"""How hearken is put together and run: the one-process runner, the workers, the command line, the API and its pages."""

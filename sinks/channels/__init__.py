"""One file for each kind of channel that alerts can be told to; nothing else names them."""

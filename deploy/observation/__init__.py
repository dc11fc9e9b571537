"""What can be seen of a worker from outside: its metrics, its probes and its log."""

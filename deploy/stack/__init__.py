"""Real Kafka and Elasticsearch on this machine, without Docker, for trying things out and for the tests."""

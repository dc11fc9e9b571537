"""The Kafka side of a deployment: clients, topics and positions."""

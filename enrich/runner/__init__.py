"""The Faust runner: stages as workers on Kafka, which acknowledge only what is finished."""

"""Prints each mention's brands, mood and speed, and each five minutes of a brand, as they come.

The first argument is a Kafka server; what is before the names of the topics is the second, if they have any.
"""

import json
import sys

from kafka import KafkaConsumer

prefix = sys.argv[2] if len(sys.argv) > 2 else ""
topics = [f"{prefix}mentions.enriched.v1", f"{prefix}brands.trends.v1"]
reader = KafkaConsumer(*topics, bootstrap_servers=sys.argv[1], group_id=f"{prefix}me", auto_offset_reset="earliest")
for message in reader:
    seen = json.loads(message.value)
    if message.topic == topics[1]:
        print(seen["start"], seen["brand"], f"{seen['count']} mentions, {seen['negative']} negative", flush=True)
    elif "deleted_at" not in seen:
        brands = ", ".join(brand["id"] for brand in seen["brands"])
        mood, speed = seen.get("sentiment", {}).get("label"), seen.get("velocity", {}).get("v1h")
        print(seen["id"][:8], brands, mood, f"{speed or 0:.1f} engagements/h", flush=True)

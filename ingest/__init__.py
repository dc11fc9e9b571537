"""From the places where people talk to post events: sources, the matcher, the resume position, the publisher."""

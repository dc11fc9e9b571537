"""The reception: one HTTP endpoint that posts are pushed to, kept safe before it answers."""

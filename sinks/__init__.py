"""Where mentions come to rest and questions are answered: stores, dead letters, alert delivery."""

"""The Elasticsearch store: documents, trends and alerts in monthly indices behind aliases."""

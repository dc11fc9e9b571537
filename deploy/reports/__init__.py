"""Reports: what happened to a brand in a day or a week, as a page that stands alone, as a PDF, and as a letter."""

"""One reader for each format: a file to records of text with their places."""

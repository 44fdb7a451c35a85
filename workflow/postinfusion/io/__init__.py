"""The only code that touches the disk: everything above hands it a path, or takes bytes, text and tables from it."""

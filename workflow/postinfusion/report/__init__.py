"""Displays as files and as one page: renderers that give text or bytes and touch no disk."""

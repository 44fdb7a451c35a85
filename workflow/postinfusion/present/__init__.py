"""Displays from results: tables, figures and sentences. They format, order and read the results and compute nothing."""

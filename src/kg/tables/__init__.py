"""Quads in columns: terms are numbers of texts; numpy and polars are imported here."""

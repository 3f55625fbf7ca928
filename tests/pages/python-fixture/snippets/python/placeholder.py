"""Stands in."""

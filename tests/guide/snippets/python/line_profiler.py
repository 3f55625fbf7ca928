"""Stands in for the package of this name, so that the guide's imports are provided."""

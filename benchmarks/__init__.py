"""Measurements of this catalog, next to what people would otherwise use; ``bin/bench NAME``."""

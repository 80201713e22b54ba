"""The measures, one file for each dimension, found by the folder."""

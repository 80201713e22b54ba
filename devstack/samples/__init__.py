"""The demonstration's sample: real files, cut into datasets, listed in a sample inventory."""

"""CKAN's datasets in bulk, by CKAN's own rules and hooks: whatever touches CKAN's inside is here.

How datasets are written is decided here, what is written in the features that use it.
"""

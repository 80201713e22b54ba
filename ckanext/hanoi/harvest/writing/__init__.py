"""Batches of records become datasets of the catalog, by CKAN's own rules and hooks."""

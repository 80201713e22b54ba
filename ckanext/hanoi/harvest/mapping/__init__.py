"""A connector's draft becomes a dataset of the schema. Knows no CKAN."""

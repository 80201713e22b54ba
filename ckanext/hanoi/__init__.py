"""The open-data catalog of a Vietnamese city, as an extension of CKAN."""

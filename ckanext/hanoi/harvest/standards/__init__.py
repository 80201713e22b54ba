"""How one record of a metadata standard becomes a draft dataset. Pure: no CKAN, no network."""

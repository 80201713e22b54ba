"""What strangers write, read with care: HTML, JSON, XML, RDF and places. Knows no CKAN."""

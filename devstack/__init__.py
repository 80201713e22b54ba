"""PostgreSQL, Redis and Solr without root and without containers, and what runs on them.

For bin/demo, bin/test, bin/ckan, bin/bench and CI. Nothing in ckanext/ imports it.
"""

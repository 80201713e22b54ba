"""Datasets as DCAT-AP 3: what is said of them, and the catalog's pages. Knows no CKAN but in
``cache`` and ``whole``; the profile for ckanext-dcat is ``ckanext.hanoi.dcat.profile``."""

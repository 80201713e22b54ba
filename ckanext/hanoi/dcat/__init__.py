"""Datasets as DCAT-AP 3: what is said of them, and the catalog's pages. Knows no CKAN but in
``dataset_cache``, ``page_cache``, ``index_version`` and ``profile``, the one for ckanext-dcat."""

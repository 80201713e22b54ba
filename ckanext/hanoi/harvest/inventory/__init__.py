"""Lists of datasets (danh mục dữ liệu mở) in spreadsheets: sheets -> entries -> drafts.

``lists`` finds the lists of a workbook and puts their rows together to datasets, ``surroundings``
reads what stands around a list (agency, decision), ``values`` takes cells apart, ``draft`` makes
the draft dataset. Knows no CKAN and does no fetching.
"""

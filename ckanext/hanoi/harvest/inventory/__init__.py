"""Lists of datasets (danh mục dữ liệu mở) in spreadsheets: sheets -> entries -> source datasets.

``lists`` finds the lists of a workbook and puts their rows together to datasets, ``preamble``
reads what stands around a list (agency, decision), ``source_dataset`` makes the dataset as the
source describes it; cells are taken apart by ``tabular.cell_values``. Knows no CKAN and does no
fetching.
"""

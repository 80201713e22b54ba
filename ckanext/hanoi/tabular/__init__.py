"""Tables as people send them: CSV, TSV, XLSX, XLS, ODS read into sheets of cells, the header of a
list found in them, its columns recognised, its rows told from titles, totals and signatures.

Used by the inventory connector, the publisher's workbook and the inspection of resources. Knows no
CKAN and nothing of datasets but the header texts in ``schemas/inventory_columns.yaml``.
"""

from ckanext.hanoi.tabular.read import read
from ckanext.hanoi.tabular.sheet import Book, Limits, Sheet, text_of

__all__ = ["Book", "Limits", "Sheet", "read", "text_of"]

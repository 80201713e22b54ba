"""The publisher's workbook: an agency's datasets out into a spreadsheet, and back in.

``fields`` says which columns there are (from ``schemas/dataset.yaml``), ``writer`` writes,
``reader`` reads. Pure: knows no CKAN; what is done with the rows is decided elsewhere.
"""

from ckanext.hanoi.workbook.reader import DatasetRow, Problem, ResourceRow, Returned, read_workbook
from ckanext.hanoi.workbook.writer import write_template

__all__ = ["DatasetRow", "Problem", "ResourceRow", "Returned", "read_workbook", "write_template"]

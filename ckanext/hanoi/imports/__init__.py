"""What a publisher's workbook does to the catalog: compare, preview, write in the background.

``workbook`` reads the file; ``merge`` (pure) says what would change in one dataset; ``plan``
finds the dataset and asks its rules; ``worker`` writes row by row; ``jobs`` brings it to the
workers.
"""

"""What goes into the search index, what comes out of a query.

``terms``, ``document`` and ``query`` know no CKAN; ``facets`` joins them to it.
"""

from ckanext.hanoi.search.document import for_index
from ckanext.hanoi.search.query import for_query

__all__ = ["for_index", "for_query"]

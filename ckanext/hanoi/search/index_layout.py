"""Which documents of the search index were made without this extension."""

from __future__ import annotations

from ckan import model
from ckan.lib.search import query_for

from ckanext.hanoi.search.document import TITLE_FIELD


def indexed_without_extension() -> int:
    """How many datasets were indexed while the plugin was off, or before it was there.

    CKAN's edits build on the index: until it is rebuilt they lose what its schema of then did not
    know. SearchError where Solr does not answer.
    """
    query = {"q": "*:*", "rows": 0, "fq": f"+state:active +dataset_type:dataset -{TITLE_FIELD}:*"}
    return query_for(model.Package).run(query, permission_labels=None)["count"]

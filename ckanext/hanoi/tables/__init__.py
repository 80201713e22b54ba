"""The look at a resource's table: encoding, columns with their types, rows, errors, first lines.

Pure: ``grid`` (a file as rows), ``header`` (where its header is), ``check`` (types and errors, by
frictionless), ``look`` (the report), ``child`` (a look in a process of its own that may be
stopped), ``dictionary`` (what the columns mean). In CKAN: ``settings``, ``due`` (which resources
are to be looked at), ``source`` (their files), ``work`` (the background job), ``store``,
``publish`` (a dictionary that a publisher accepts).
"""

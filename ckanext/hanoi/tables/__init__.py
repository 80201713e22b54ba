"""The inspection of a resource's table: encoding, columns with their types, rows, errors, first
lines.

Pure: ``grid`` (a file as rows), ``header_detection`` (where its header is), ``check`` (types and
errors, by frictionless), ``inspect_file`` (the report), ``sandbox`` (an inspection in a process of
its own that may be stopped), ``dictionary`` (what the columns mean). In CKAN: ``settings``,
``pending`` (which resources are to be inspected), ``files`` (their files), ``worker`` (the
background job), ``dictize``, ``apply`` (a dictionary that a publisher accepts).
"""

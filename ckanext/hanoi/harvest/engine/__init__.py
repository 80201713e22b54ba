"""The engine of the harvester: runs, their jobs, reading, batches, removal, reports."""

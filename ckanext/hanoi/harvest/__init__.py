"""Harvesting of portals and files: connectors read, standards and mapping translate, the engine
keeps runs, batches and identities."""

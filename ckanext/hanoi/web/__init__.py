"""What every answer of the catalog is sent with, whatever page or extension made it."""

"""Version 1 of the wire: it only gains optional fields."""

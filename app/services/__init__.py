"""One function for each thing a user can do: it opens the unit of work and returns domain values."""

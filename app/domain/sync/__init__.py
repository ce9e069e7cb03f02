"""How one change of one record joins what the diary holds."""

"""What a diary is made of: the registry of record kinds, and what each record must be."""

"""The diary as FHIR R4 (4.0.1): records and summaries become plain dicts (sharing, section 4)."""

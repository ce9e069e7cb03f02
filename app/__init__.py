"""Onset: a symptom diary service for people on low-dose naltrexone (LDN)."""

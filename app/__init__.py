"""Onset: a symptom diary service for people on low-dose naltrexone (LDN)."""

__version__ = "0.1.0"

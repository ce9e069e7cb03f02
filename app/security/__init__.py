"""Passwords, tokens and limits: what keeps a diary its owner's."""

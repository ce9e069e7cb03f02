"""The HTTP surface: thin routes, wire shapes, one table of problems."""

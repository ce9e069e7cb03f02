"""How fast the service is, as ratios to a bare handler and to the raw driver in the same run."""

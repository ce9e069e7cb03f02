"""scripts/fleet: phones on a bad network against the real service, and an oracle that knows what they had seen."""

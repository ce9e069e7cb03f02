"""What a report says and shows."""

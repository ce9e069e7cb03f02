"""What the methods of trends reach in simulated diaries with a known truth (trends, section 3)."""

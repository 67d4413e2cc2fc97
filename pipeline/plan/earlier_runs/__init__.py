"""Earlier runs: what they delivered or left behind, and what was never verified."""

"""Earlier runs: what they delivered or left behind, what was never verified, and what is as they left it."""

"""What earlier runs delivered, left behind, or was never verified."""

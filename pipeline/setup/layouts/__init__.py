"""Learn a layout from a users export, describe it and save it."""

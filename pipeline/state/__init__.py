"""What a job remembers, and the only code that writes files: whole or not at all."""

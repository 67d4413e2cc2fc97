"""The state of a job, and the only code that writes files: completely or not at all."""

"""Verify: did the import land? What a run or a job delivered, compared byte for byte with a users export."""

"""Look before and after: check that a job can run, explain one person, count a directory, verify what landed."""

"""A run, told to people and to machines: each report is a pure function of the run."""

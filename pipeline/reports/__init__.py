"""Reports of a run for people and for programs: each is a pure function of the result."""

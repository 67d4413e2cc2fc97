"""Plain values that the steps hand to each other: fields, people, issues, errors, checks. No I/O, no judgement."""

"""Steps 5 and 6: baseline, difference, plan, seal and guard. Pure functions of roster, baseline and policy."""

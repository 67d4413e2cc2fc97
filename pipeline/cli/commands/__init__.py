"""The commands, one file a group: parse, call, print, exit code."""

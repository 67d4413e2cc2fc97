"""The settings of a job: what they are (model, sources), how they are read (load), what they refer to (secrets).

The only part of the product that reads the environment.
"""

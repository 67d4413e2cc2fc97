"""The pandera schemas of roster, new users, directory and import file: import them, extend them, export them."""

from pipeline.validate.schemas import DIRECTORY, IMPORT_FILE, NEW_USERS, ROSTER

__all__ = ["DIRECTORY", "IMPORT_FILE", "NEW_USERS", "ROSTER"]

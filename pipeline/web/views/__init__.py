"""The pages of one list: upload, columns, progress, problems, earlier runs."""

"""Opening a workbook's file: what it is, whether it may be parsed, and its parts.

``file_type`` judges the first bytes, in the parent. In the child ``decrypt`` opens an encrypted file, ``package`` puts
the parts of an archive under their usual names, ``preflight`` refuses a dangerous one, ``parts`` unpacks and parses
one part; ``errors`` has what is raised.
"""

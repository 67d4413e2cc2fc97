"""Kind "excel": workbooks, parsed in a limited child process. Imports nothing: the child loads this package as well."""

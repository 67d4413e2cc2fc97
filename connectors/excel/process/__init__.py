"""Child processes that parse the files of strangers: started, limited and ended.

``child`` starts and ends one; it limits itself by ``limits``, on Windows by a ``job_object``; on macOS ``memory_watch``
looks at it from outside.
"""

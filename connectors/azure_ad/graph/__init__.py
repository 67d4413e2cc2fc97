"""The client of Microsoft Graph: who signs in, what is asked, and what an answer means. Imports nothing.

``cloud`` has the addresses, ``credentials`` and ``tokens`` sign in, ``requests`` builds requests with the SDK,
``client`` sends and retries them, ``responses`` judges the answers, ``users`` makes columns of a page. ``attributes``
are the properties that a mapping may name, with the permissions that they need.
"""

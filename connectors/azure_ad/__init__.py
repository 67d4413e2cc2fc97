"""Kind "azure_ad": Microsoft Entra ID through Microsoft Graph. Imports nothing: the SDK is loaded when it is needed.

``connector`` has the keys of a job file. ``source`` reads: ``lookup`` resolves the ``scope``, ``full_read`` makes sure
that no user is missing or double, ``delta_read`` reads only changes; ``spool`` keeps what has come, and
``observations`` makes notes of it. ``self_check`` checks that a reading would succeed. ``graph`` is the client of
Microsoft Graph, below all of them.
"""

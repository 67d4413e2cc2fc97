"""Sync pipeline: from source extracts to System Configurator import files.

The nine steps, as ``run.py`` calls them: ``extract``, ``transform``, ``validate``, ``match``, ``plan`` with its guard,
``emit``, ``reports``, ``state``. Below them are ``config``, ``model`` and ``kernels``; above them the features, one
package each, and ``cli`` and ``web``.
"""

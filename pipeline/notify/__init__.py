"""After a run: notices of how it ended, the heartbeat ping, and a file of metrics for Prometheus."""

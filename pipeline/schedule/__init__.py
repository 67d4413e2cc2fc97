"""Files for cron, systemd, Windows, Kubernetes and Airflow that run a job at set times."""

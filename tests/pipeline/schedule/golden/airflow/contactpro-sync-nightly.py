"""A job of contactpro-sync for Airflow; the paths are those of the workers."""

# The job "nightly" of contactpro-sync, every day at 04:15.
# The time is that of Airflow's default_timezone (UTC, unless changed).
# It ends with 0 (done, or nothing to do), or with 3 (rows were rejected, see rejects.csv; the good ones were
# written). Any other code is a failure to be looked at: 1 a defect, 2 the job file, 4 stopped by a guard,
# 5 a source, 6 another run holds the lock, 8 the state of the job. The folder of the run says what to do.
# Runs never overlap: the command holds a lock of its own. Made by contactpro-sync schedule.
# The workers need these environment variables: CONTACTPRO_GRAPH_SECRET, CONTACTPRO_NOTIFY.
# At night a keyring is mostly locked: secrets by env: or file: are surer than those by keyring:.

from datetime import datetime, timedelta

from airflow import DAG

try:
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:  # before Airflow 3
    from airflow.operators.bash import BashOperator

# Rejected rows (3) are no failure of the task: the good rows were written.
COMMAND = 'umask 077; /opt/contactpro-sync/bin/contactpro-sync run /srv/contactpro/nightly.toml --runs /srv/contactpro/runs || { code=$?; [ "$code" -eq 3 ] || exit "$code"; }'

with DAG(
    dag_id="contactpro-sync-nightly",
    description='contactpro-sync: the job nightly',
    schedule="15 4 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags=["contactpro-sync"],
):
    BashOperator(
        task_id="run",
        bash_command=COMMAND,
        # A guard that stopped a run would stop it again: nothing is tried twice in a night.
        retries=0,
        execution_timeout=timedelta(hours=2),
    )

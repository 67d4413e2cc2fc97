"""An Airflow DAG: check the list, then write the import files; the people who cannot sign in are in the task's log."""

from datetime import datetime, timedelta

try:
    from airflow.sdk import dag, task
except ImportError:  # before Airflow 3
    from airflow.decorators import dag, task

JOB_FILE, RUNS = "/srv/contactpro/onboarding.toml", "/srv/contactpro/runs"


@dag(schedule="15 4 * * *", start_date=datetime(2026, 1, 1), catchup=False, max_active_runs=1)
def contactpro_onboarding() -> None:
    """Two tasks: nothing is written if the list cannot be read."""

    @task(retries=0)
    def check_list() -> int:
        from contactpro_sync import Job, check

        result = check(Job(JOB_FILE, runs=RUNS))
        result.raise_for_outcome()
        for issue in result.issues.itertuples():
            print(issue.source, issue.row, issue.code, issue.fix)
        return result.counts["rejected"]

    @task(retries=0, execution_timeout=timedelta(hours=2))
    def write_import_files(rejected: int) -> list[str]:
        from contactpro_sync import Job, run

        result = run(Job(JOB_FILE, runs=RUNS))
        result.raise_for_outcome()
        print(f"{rejected} people cannot sign in yet.", result.summary["next"])
        return [str(path) for path in result.files]

    write_import_files(check_list())


contactpro_onboarding()

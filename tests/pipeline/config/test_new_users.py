"""The table ``[users]`` of a job file: numbers, groups and template, and what is refused of them."""

from pathlib import Path

import pytest

from pipeline.config.job_file.new_users import NewUsers
from pipeline.config.load import load_job
from pipeline.model.errors import UsageProblem
from tests.job_texts import job_text

JOB = job_text("[users]\n", tenant=None)


def loaded(folder: Path, table: str) -> NewUsers:
    """Load a job with this table of users."""
    (folder / "job.toml").write_text(JOB + table)
    users = load_job(folder / "job.toml").users
    assert users is not None
    return users


@pytest.mark.parametrize(
    ("extensions", "numbers"),
    [
        ('["2000-2003"]', ("2000", "2001", "2002", "2003")),
        ('["2000", "3000"]', ("2000", "3000")),
        ('["0098-0101"]', ("0098", "0099", "0100", "0101")),
        ('["2001-2002", "2000-2002"]', ("2001", "2002", "2000")),
        ('["20 - 21"]', ("20", "21")),
    ],
    ids=["a range", "single numbers", "leading zeros stay", "each once, in order", "spaces"],
)
def test_the_pool(tmp_path: Path, extensions: str, numbers: tuple[str, ...]) -> None:
    """The numbers of a pool are counted as they are written."""
    assert loaded(tmp_path, f'group = "Agents"\nextensions = {extensions}').numbers == numbers


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('group = "A"', "`users.extensions` is missing"),
        ('group = "A"\nextensions = []', "`users.extensions`"),
        ('group = "A"\nextensions = ["2003-2000"]', "`users.extensions`: '2003-2000' is neither a number nor a range"),
        ('group = "A"\nextensions = ["99-100"]', "both ends with as many digits"),
        ('group = "A"\nextensions = ["20a"]', "'20a' is neither a number nor a range"),
        ('group = "A"\nextensions = ["1000000-9999999"]', "has more than 1,000,000 numbers"),
        ('group = "A"\nextensions = ["000001-600000", "600001-999999", "1000000-1000009"]', "more than 1,000,000"),
        ('group = "All Users"\nextensions = ["1"]', "`users.group`: All Users is above every group"),
        ('group = "allusers"\nextensions = ["1"]', "All Users is above every group"),
        ('extensions = ["1"]', "a new user needs a group"),
        ('group = "A\\tB"\nextensions = ["1"]', "has a line break, a tab or an invisible character"),
        ('group = "A"\nextensions = ["1"]\ntemplate = "a\\nb"', "`users.template`: 'a\\nb' has a line break"),
        ('extensions = ["1"]\n[users.groups]\nBilling = " "', "`users.groups`: the team 'Billing' has no group"),
        ('extensions = ["1"]\n[users.groups]\nBilling = "All users"', "All Users is above every group"),
        ('group = "A"\nextension = ["1"]', "unknown key `users.extension`. Did you mean `extensions`?"),
    ],
)
def test_what_is_refused(tmp_path: Path, table: str, said: str) -> None:
    """Each mistake is reported with its key, and what to write instead."""
    with pytest.raises(UsageProblem) as refused:
        loaded(tmp_path, table)
    assert said in str(refused.value)

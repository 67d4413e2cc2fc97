"""The steps of a user on the page, as requests: upload, run, wait for the result, download."""

import json
import re
import time

import httpx


def upload(browser: httpx.Client, data: bytes, name: str = "agents.csv", **files: bytes) -> str:
    """Upload a list and return the address of its page."""
    given = {"list": (name, data)} | {key: (f"{key}.csv", value) for key, value in files.items()}
    answer = browser.post("/lists", files=given)
    assert answer.status_code == 200, answer.text
    return answer.url.path


def run(browser: httpx.Client, path: str, **form: str) -> str:
    """Run a list as its page would, wait for the end, and return the page of the result."""
    page = browser.get(path).text
    found = dict(re.findall(r'name="(column-\w+)".*?<option selected>([^<]*)</option>', page))
    version = re.search(r'name="version" value="(\d+)"', page)
    answer = browser.post(f"{path}/run", data=found | {"version": version[1] if version else "0"} | form)
    assert answer.status_code == 200, answer.text
    return result(browser, path)


def result(browser: httpx.Client, path: str) -> str:
    """Wait until a run has ended and return its page."""
    while json.loads(browser.get(f"{path}/progress").text)["running"]:
        time.sleep(0.05)
    return browser.get(f"{path}/result").text


def version_of(page: str) -> str:
    """Read the version that a form of the page carries."""
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


def import_file(browser: httpx.Client, path: str) -> list[list[str]]:
    """Download the import file and read its cells."""
    data = browser.get(f"{path}/files/0")
    assert 'filename="certificates-001.txt"' in data.headers["content-disposition"]
    return [line.split("\t") for line in data.content.decode("utf-8-sig").splitlines()]

"""Settings of the whole suite: one profile for hypothesis, and a watch for tests that hang."""

from hypothesis import HealthCheck, settings

from tests.hang_watch import pytest_configure, pytest_runtest_protocol, pytest_unconfigure

__all__ = ["pytest_configure", "pytest_runtest_protocol", "pytest_unconfigure"]

settings.register_profile(
    "same everywhere",
    deadline=None,  # a busy machine is not a defect
    derandomize=True,  # the same examples on every machine and in every run
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", settings.get_profile("same everywhere"), derandomize=False, max_examples=2000)
settings.load_profile("same everywhere")

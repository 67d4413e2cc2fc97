"""Which addresses are those of this computer alone."""

from pathlib import Path

import pytest

from pipeline.model.errors import UsageProblem
from pipeline.web import serve


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("10.1.2.3", False),
        ("::", False),
        ("192.168.1.4", False),
        ("localhost.example.com", False),
        ("page.example.com", False),
        ("", False),
    ],
)
def test_only_this_computer_can_reach_a_loopback_address(host: str, *, loopback: bool) -> None:
    """Every other address, and every name that DNS could lead elsewhere, is not loopback."""
    assert serve.is_loopback(host) is loopback


def test_another_address_is_refused_without_sign_in(tmp_path: Path) -> None:
    """The page is not started for other computers, and names what to do."""
    with pytest.raises(UsageProblem, match="no sign-in is configured") as refused:
        serve.serve("10.1.2.3", 0, tmp_path, "en", None, lambda _: None)
    assert "--host" in refused.value.advice

"""The way to a server by the environment: proxies, exceptions from them, trusted authorities."""

from pathlib import Path

import pytest

from connectors.base import EnvironmentUnusable
from connectors.http.environment import bypasses, check, proxy_for

URL = "https://scim.contoso-example.com/scim"


@pytest.mark.parametrize(
    ("no_proxy", "host", "direct"),
    [
        ("", "scim.contoso-example.com", False),
        ("*", "scim.contoso-example.com", True),
        ("contoso-example.com", "scim.contoso-example.com", True),
        (".contoso-example.com", "scim.contoso-example.com", True),
        ("*.contoso-example.com", "SCIM.Contoso-Example.com", True),
        ("toso-example.com", "scim.contoso-example.com", False),
        ("scim.contoso-example.com:443", "scim.contoso-example.com", True),
        ("scim.contoso-example.com:8443", "scim.contoso-example.com", False),
        ("10.0.0.0/8, 192.168.0.0/16", "10.20.30.40", True),
        ("10.0.0.0/8", "11.20.30.40", False),
        ("localhost,127.0.0.1,::1,fd00::/8", "scim.contoso-example.com", False),
        ("localhost,127.0.0.1,::1,fd00::/8", "fd00::17", True),
        ("[fd00::17]", "fd00::17", True),
        ("[::1]:443 fd00::/129 :: ,, .", "scim.contoso-example.com", False),
        ("other.example.com contoso-example.com", "scim.contoso-example.com", True),
    ],
)
def test_what_no_proxy_names(no_proxy: str, host: str, direct: bool) -> None:  # noqa: FBT001 - a column of the table
    """Names, domains, addresses and ranges are understood; what is not understood names no host and stops nothing."""
    assert bypasses(host, 443, no_proxy) is direct


@pytest.mark.parametrize(
    ("environment", "proxy"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://proxy.example.com:8080"}, "http://proxy.example.com:8080"),
        ({"https_proxy": "proxy.example.com:8080", "HTTPS_PROXY": "http://other"}, "http://proxy.example.com:8080"),
        ({"ALL_PROXY": "http://proxy.example.com"}, "http://proxy.example.com"),
        ({"HTTP_PROXY": "http://proxy.example.com"}, None),
        ({"HTTPS_PROXY": "http://proxy.example.com", "NO_PROXY": "contoso-example.com"}, None),
        ({"ALL_PROXY": "socks4://nowhere:port", "NO_PROXY": "*"}, None),
    ],
)
def test_which_proxy_is_used(environment: dict[str, str], proxy: str | None) -> None:
    """The most specific variable counts, in lower case first; a proxy that is not used is not examined."""
    assert proxy_for(URL, environment) == proxy


def test_plain_http_uses_no_proxy() -> None:
    """What goes over http stays on this machine."""
    assert proxy_for("http://127.0.0.1:8801/scim", {"ALL_PROXY": "http://proxy.example.com"}) is None


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("HTTPS_PROXY", "http://proxy.example.com:http", "a port that is not a number"),
        ("https_proxy", "http://[fd00::1:8080", "brackets that do not fit"),
        ("ALL_PROXY", "socks4://proxy.example.com:1080", "'socks4' is not known"),
        ("ALL_PROXY", "socks5://proxy.example.com:1080", "the package socksio is not installed"),
        ("HTTPS_PROXY", "http://:8080", "it names no host"),
    ],
)
def test_a_proxy_that_cannot_be_used(variable: str, value: str, reason: str) -> None:
    """The message names the variable and never its value, which may hold a password."""
    with pytest.raises(EnvironmentUnusable) as problem:
        proxy_for(URL, {variable: value})
    assert str(problem.value).startswith(f"{variable} cannot be used: ")
    assert reason in str(problem.value)
    assert variable in problem.value.advice
    assert "proxy.example.com:1" not in str(problem.value)


@pytest.mark.parametrize(
    ("variable", "make", "reason"),
    [
        ("SSL_CERT_FILE", None, "which is not there"),
        ("SSL_CERT_FILE", "", "which holds no certificate in PEM form"),
        ("SSL_CERT_FILE", "no certificate", "which holds no certificate in PEM form"),
        ("SSL_CERT_DIR", None, "which is not a folder"),
        ("REQUESTS_CA_BUNDLE", None, "which is not there"),
    ],
)
def test_authorities_that_are_not_there(
    variable: str, make: str | None, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the variable, the file and what is wrong with it; a server without TLS does not mind."""
    path = tmp_path / "authorities.pem"
    if make is not None:
        path.write_text(make)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(path))
    with pytest.raises(EnvironmentUnusable) as problem:
        check(URL)
    assert str(problem.value) == f"{variable} names {path}, {reason}."
    check("http://127.0.0.1:8801/scim")

"""Which addresses may be fetched at all (T89)."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import SourceRefused
from connectors.http.address import host_pattern, is_listed, is_public, web_address


@pytest.mark.parametrize(
    ("url", "host", "target"),
    [
        ("https://login.example.com/a/b?c=d", "login.example.com", "/a/b?c=d"),
        ("HTTPS://Login.Example.COM/A", "login.example.com", "/A"),
        ("https://login.example.com", "login.example.com", "/"),
        ("https://login.example.com:443/a#part", "login.example.com", "/a"),
        ("https://a1.xn--mller-kva.example.com/", "a1.xn--mller-kva.example.com", "/"),
    ],
)
def test_a_plain_address(url: str, host: str, target: str) -> None:
    """Host in lower case, path and query as written; without a default port and a fragment."""
    address = web_address(url)
    assert (address.host, address.target) == (host, target)
    assert str(address) == f"https://{host}{target}"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://login.example.com/", "only https"),
        ("file:///etc/hostname", "only https"),
        ("ftp://login.example.com/", "only https"),
        ("login.example.com/a", "only https"),
        ("https://127.0.0.1/", "not a full name"),
        ("https://10.1.2.3/", "not a full name"),
        ("https://169.254.169.254/latest/meta-data/", "not a full name"),
        ("https://2130706433/", "not a full name"),
        ("https://0x7f000001/", "not a full name"),
        ("https://0x7f.0.0.1/", "not a full name"),
        ("https://0177.0.0.01/", "not a full name"),
        ("https://127.1/", "not a full name"),
        ("https://a.0x7f/", "not a full name"),
        ("https://[::1]/", "not a full name"),
        ("https://[::ffff:127.0.0.1]/", "not a full name"),
        ("https://localhost/", "not a full name"),
        ("https://login.example.com./", "not a full name"),
        ("https://-login.example.com/", "not a full name"),
        ("https://login..example.com/", "not a full name"),
        ("https://%6cogin.example.com/", "not a full name"),
        ("https:///a", "not a full name"),
        ("https://login.example.com:8443/", "only port 443"),
        ("https://login.example.com:0/", "only port 443"),
        ("https://login.example.com:99999/", "not a web address"),
        ("https://[::1/", "not a web address"),
        ("https://anna:hunter2@login.example.com/a", "holds a user name"),
        ("https://login.example.com@10.0.0.1/", "holds a user name"),
        ("https://login.example.com\\@10.0.0.1/", "the sign '\\\\'"),
        ("https://login.example.com/\r\nHost: evil", "the sign '\\r'"),
        (" https://login.example.com/", "the sign ' '"),
        ("https://login.example.com/a b", "the sign ' '"),
        ("https://lögin.example.com/", "the sign 'ö'"),
        ("https://login.example.com/" + "a" * 2000, "longer than 2000"),
        ("", "only https"),
    ],
)
def test_an_address_that_is_refused(url: str, why: str) -> None:
    """Whatever is not plainly https at a named host on port 443 is refused, and a password is not repeated."""
    with pytest.raises(SourceRefused) as refusal:
        web_address(url)
    assert why in str(refusal.value)
    assert "hunter2" not in str(refusal.value)


@given(st.text())
def test_nothing_else_is_raised(text: str) -> None:
    """Any text is an address in order, or is refused; an address in order is read from itself again."""
    for url in (text, f"https://{text}", f"https://login.example.com/{text}"):
        try:
            address = web_address(url)
        except SourceRefused:
            continue
        assert web_address(str(address)) == address


@pytest.mark.parametrize(
    ("host", "listed"),
    [
        ("login.example.com", True),
        ("tenant.accounts.example.com", True),
        ("accounts.example.com", False),
        ("a.b.accounts.example.com", False),
        ("evil-accounts.example.com", False),
        ("login.example.com.evil.example", False),
        ("evillogin.example.com", False),
    ],
)
def test_which_hosts_are_listed(host: str, listed: bool) -> None:  # noqa: FBT001 - a row of the table
    """A name fits itself; an asterisk fits one label, neither none nor two nor a part of one."""
    assert is_listed(host, ("login.example.com", "*.accounts.example.com")) is listed


@pytest.mark.parametrize("text", ["login.example.com", "*.example.com", "ADFS.Example.com"])
def test_a_host_pattern(text: str) -> None:
    """Names and one leading asterisk are patterns."""
    assert host_pattern(text) == text.lower()


@pytest.mark.parametrize(
    "text", ["", "*", "*.", "*.com", "com", "a.*.com", "https://a.example.com", "a.example.com/", "10.0.0.1", "*.0.1"]
)
def test_what_is_no_host_pattern(text: str) -> None:
    """A whole country, an address and a number are none."""
    with pytest.raises(ValueError, match="is not a host name"):
        host_pattern(text)


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::5db8:d822", True),
        ("127.0.0.1", False),
        ("127.8.9.10", False),
        ("0.0.0.0", False),  # noqa: S104 - judged, not bound
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("192.0.2.1", False),
        ("198.18.0.1", False),
        ("224.0.0.251", False),
        ("239.255.255.250", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("fc00::1", False),
        ("fd00:ec2::254", False),
        ("ff02::1", False),
        ("2001:db8::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::1", False),
        ("2002:a00:1::1", False),
        ("2001:0:4136:e378:8000:63bf:f5ff:fffe", False),
    ],
)
def test_which_addresses_are_public(text: str, public: bool) -> None:  # noqa: FBT001 - a row of the table
    """Private, loopback, link-local, shared, reserved and multicast are not, nor what stands for one of them."""
    assert is_public(ip_address(text)) is public

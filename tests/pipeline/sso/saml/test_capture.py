"""A captured sign-in in every shape that browsers and people write down: the same XML comes out, or a refusal."""

import base64
import codecs
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import SourceMissing, SourceUnreadable
from pipeline.sso.saml.captures import capture, decoding, forms
from pipeline.sso.saml.captures.capture import find_responses
from pipeline.sso.saml.errors import CaptureUnusable
from pipeline.sso.saml.response import read
from pipeline.sso.saml.xml import LARGEST
from tests.pipeline.sso.saml import responses
from tests.pipeline.sso.saml.responses import (
    EMAIL,
    HOST,
    RELAY_STATE,
    SERVICE,
    assertion,
    deflated,
    encoded,
    form,
    har,
    multipart,
    page,
    params,
    response,
    sent,
    shown,
)

XML = response(assertion("Ünal~~~???>>>@contoso-example.com"))
"""Its base64 holds + and /, so that each alphabet and each escape has something to do."""

WRAPPED = "\n".join(encoded(XML)[at : at + 76] for at in range(0, len(encoded(XML)), 76))
HEAD = f"POST /saml2/idpresponse HTTP/1.1\r\nHost: {HOST}\r\nCookie: secret=1\r\n\r\n"
WINDOWS = form(XML).replace("%", "^%^").replace("&", "^&")


def tracer(*requests: dict[str, object]) -> str:
    """Write an export of SAML-tracer, with requests of any types before."""
    others = [
        None,
        {"post": [["SAMLResponse"], 1, None], "get": "x", "saml": 7, "url": 3},
        {"url": "https://a.example.com"},
    ]
    entries = [{"method": "POST", "url": SERVICE, "protocol": "SAML-P", **each} for each in requests]
    return json.dumps({"requests": [*others, *entries], "timestamp": "2026-01-30T07:12:31.000Z"})


SHAPES: dict[str, str | bytes] = {
    "XML": XML,
    "XML behind spaces": b"\r\n  <?xml version='1.0'?>" + XML,
    "XML with a byte order mark": codecs.BOM_UTF8 + XML,
    "base64": encoded(XML),
    "base64 with a byte order mark": codecs.BOM_UTF8 + encoded(XML).encode(),
    "base64 in UTF-16": encoded(XML).encode("utf-16"),
    "base64 in lines": WRAPPED,
    "base64 in Windows lines": WRAPPED.replace("\n", "\r\n"),
    "base64 in quotes": f'"{encoded(XML)}"\n',
    "base64 broken by spaces": WRAPPED.replace("\n", " "),
    "base64 with spaces for plus": encoded(XML).replace("+", " "),
    "base64 without padding": encoded(XML).rstrip("="),
    "base64 of addresses": base64.urlsafe_b64encode(XML).decode().rstrip("="),
    "base64 escaped": quote(encoded(XML), safe=""),
    "base64 escaped twice": quote(quote(encoded(XML), safe=""), safe=""),
    "form post": form(XML),
    "form post in UTF-16": form(XML).encode("utf-16"),
    "form post, not escaped": f"SAMLResponse={encoded(XML)}&RelayState={RELAY_STATE}",
    "form post in lines": f"SAMLResponse={WRAPPED}&RelayState={RELAY_STATE}",
    "form post with its head": HEAD + form(XML),
    "multipart": multipart(XML),
    "multipart with Unix lines": multipart(XML).replace("\r\n", "\n"),
    "copied as cURL": f"curl 'https://{HOST}/saml2/idpresponse' -H 'a: b' --data-raw '{form(XML)}' --compressed",
    "copied as cURL for Windows": f'curl ^"{SERVICE}^" --data-raw ^"{WINDOWS}^"',
    "copied as fetch": f'fetch("{SERVICE}", {{"body": "{form(XML)}", "method": "POST"}});',
    "copied list of fields": f"lang: en\nSAMLResponse: {WRAPPED}\nRelayState: {RELAY_STATE}\n",
    "copied fields, a line each": f"SAMLResponse={encoded(XML)}\nRelayState={RELAY_STATE}\n",
    "copied fields, some empty": f"SAMLResponse={WRAPPED}\r\nRelayState=\r\nlang=en\r\n",
    "copied fields, values below names": f"SAMLResponse\n{WRAPPED}\nRelayState\n{RELAY_STATE}\n",
    "copied fields, values below names in Windows lines": f"RelayState\r\nx\r\nSAMLResponse\r\n{encoded(XML)}\r\n",
    "address": f"{SERVICE}?SAMLResponse={quote(deflated(XML), safe='')}&RelayState={RELAY_STATE}",
    "request line": f"GET /acs?SAMLResponse={quote(deflated(XML), safe='')} HTTP/1.1\r\nHost: {HOST}\r\n\r\n",
    "deflated": deflated(XML),
    "page": page(XML),
    "XHTML page": '<?xml version="1.0"?>' + page(XML),
    "HAR, parameters": har(sent(params=params(XML))),
    "HAR, escaped parameters": har(sent(params=[{"name": "SAMLResponse", "value": quote(encoded(XML), safe="")}])),
    "HAR, text": har(sent(mimeType="application/x-www-form-urlencoded", text=form(XML))),
    "HAR, multipart": har(sent(mimeType="multipart/form-data; boundary=x7", text=multipart(XML))),
    "HAR, query": har({"request": {"queryString": [{"name": "SAMLResponse", "value": deflated(XML)}]}}),
    "HAR, address": har({"request": {"url": f"{SERVICE}?SAMLResponse={quote(deflated(XML), safe='')}"}}),
    "HAR, page": har(shown(page(XML))),
    "HAR, page as base64": har(shown(encoded(page(XML).encode()), encoding="base64")),
    "HAR with a byte order mark": codecs.BOM_UTF8 + har(sent(params=params(XML))).encode(),
    "HAR in UTF-16": har(sent(params=params(XML))).encode("utf-16"),
    "SAML-tracer": tracer({"post": [["RelayState", RELAY_STATE], ["SAMLResponse", encoded(XML)]]}),
    "SAML-tracer, address": tracer({"url": f"{SERVICE}?SAMLResponse={quote(deflated(XML), safe='')}"}),
    "SAML-tracer, query": tracer({"get": [["SAMLResponse", deflated(XML)]]}),
    "SAML-tracer, decoded": tracer({"saml": XML.decode()}),
    "SAML-tracer, decoded beside a mask": tracer({"post": [["SAMLResponse", "*****"]], "saml": XML.decode()}),
    "HAR behind spaces": "\n  " + har(sent(params=params(XML))),
}


def put(folder: Path, data: str | bytes) -> Path:
    """Write a capture under a neutral name."""
    path = folder / "capture"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize("data", SHAPES.values(), ids=SHAPES)
def test_every_shape_is_read(tmp_path: Path, data: str | bytes) -> None:
    """What is in a file is found from its content, and the XML in it comes out byte for byte."""
    (found,) = find_responses(put(tmp_path, data))
    assert found.xml.endswith(XML)
    assert read(found).values(EMAIL) == ("Ünal~~~???>>>@contoso-example.com",)
    assert RELAY_STATE not in found.place


@pytest.mark.parametrize("value", [encoded(XML), encoded(XML + b" "), deflated(XML)])
def test_a_value_may_be_broken_anywhere(value: str, tmp_path: Path) -> None:
    """However long the lines are, and whatever they begin with, the value ends at its end."""
    for width in range(1, 80):
        lines = "\n".join(value[at : at + width] for at in range(0, len(value), width))
        for rest in ("", f"\nRelayState={RELAY_STATE}\n", f"&RelayState={RELAY_STATE}"):
            (found,) = find_responses(put(tmp_path, f"SAMLResponse={lines}{rest}"))
            assert found.xml.strip() == XML


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read(tmp_path: Path, encoding: str) -> None:
    """A response in UTF-16, with a byte order mark or without, is read, as a file and inside base64."""
    data = ('<?xml version="1.0" encoding="utf-16"?>' + response().decode()).encode(encoding)
    for shape in (data, encoded(data).encode()):
        (found,) = find_responses(put(tmp_path, shape))
        assert read(found).values(EMAIL) == (responses.ANNA,)


def test_the_same_response_is_one(tmp_path: Path) -> None:
    """The page that posts itself and the post are one response, found at its recipient."""
    (found,) = find_responses(put(tmp_path, har(shown(page(XML)), sent(text=form(XML), params=params(XML)))))
    assert found.place == f"{tmp_path / 'capture'}, entry 2, sent to {HOST}"


def test_several_responses_keep_their_order(tmp_path: Path) -> None:
    """Different responses are all found, in the order in which they were last sent."""
    first, second = response(assertion("a@example.com")), response(assertion("b@example.com"))
    recorded = har(sent(params=params(first)), sent(params=params(second)), sent(params=params(first)))
    found = find_responses(put(tmp_path, recorded))
    assert [read(each).values(EMAIL) for each in found] == [("b@example.com",), ("a@example.com",)]


WILD = [
    None,
    1,
    "text",
    [],
    {},
    {"request": None, "response": 7},
    {"request": {"postData": [], "queryString": {}, "url": 4}, "response": {"content": "SAMLResponse"}},
    {"request": {"postData": {"params": [None, 1, {"name": "SAMLResponse"}, {"name": "SAMLResponse", "value": 2}]}}},
    {"request": {"postData": {"text": 5, "params": "SAMLResponse"}, "url": "https://[SAMLResponse"}},
    {"response": {"content": {"text": "?base64?", "encoding": "base64"}}},
]


def test_entries_of_any_type_are_passed_over(tmp_path: Path) -> None:
    """An entry whose parts have the wrong types holds no response and hides none."""
    (found,) = find_responses(put(tmp_path, har(*WILD, sent(params=params(XML)))))
    assert found.place.endswith(f"entry {len(WILD) + 1}, sent to {HOST}")


def test_an_address_that_is_none_is_not_repeated(tmp_path: Path) -> None:
    """An address in a recording is shown as a host or not at all."""
    (found,) = find_responses(put(tmp_path, har(sent("https://[oops?password=hunter2", params=params(XML)))))
    assert found.place.endswith("entry 1, sent to an address without a host")


def test_a_response_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    """Garbage beside a response is passed over; alone it is refused."""
    garbage = [{"name": "SAMLResponse", "value": "AAAA"}]
    (found,) = find_responses(put(tmp_path, har(sent(params=garbage), sent(params=params(XML)), sent(params=garbage))))
    assert found.xml == XML
    with pytest.raises(SourceUnreadable, match="neither of XML nor of deflated XML"):
        find_responses(put(tmp_path, har(sent(params=garbage))))


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><samlp:Response>&c;</samlp:Response>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'
REQUEST = quote(deflated(b"<samlp:AuthnRequest/>"), safe="")

REFUSED: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "contains no captured sign-in"),
    "words": ("Sign in, please!", "contains no captured sign-in"),
    "binary": (bytes(range(256)), "contains no captured sign-in"),
    "one character": ("a", "contains no captured sign-in"),
    "base64 of words": (encoded(b"nothing but words"), "neither of XML nor of deflated XML"),
    "base64 of cut XML": (encoded(XML[:-20]), "is only a part of an XML document: it ends early"),
    "base64 cut": (encoded(XML)[:401], "is only a part of an XML document: it ends early"),
    "deflated and cut": (encoded(base64.b64decode(deflated(XML))[:-9]), "ends early"),
    "deflate bomb": (deflated(b"<a>" + b" " * 50_000_000 + b"</a>"), "unpacks to more than 2,000,000 bytes"),
    "bomb": (BOMB, "contains a DTD or entities"),
    "bomb in base64": (encoded(BOMB.encode()), "contains a DTD or entities"),
    "external entity": (OUTSIDE, "contains a DTD or entities"),
    "external entity, deflated": (deflated(OUTSIDE.encode()), "contains a DTD or entities"),
    "external DTD in a form": (
        form(b'<!DOCTYPE a SYSTEM "http://evil.example.com/"><a/>'),
        "contains a DTD or entities",
    ),
    "DTD in UTF-16": (OUTSIDE.encode("utf-16"), "contains a DTD or entities"),
    "large XML": (b"<a>" + b" " * LARGEST + b"</a>", "has more than 2,000,000 bytes of XML"),
    "large XML in base64": (encoded(b"<a>" + b" " * LARGEST + b"</a>"), "has more than 2,000,000 bytes of XML"),
    "unknown encoding": ('<?xml version="1.0" encoding="no-such"?><a/>', "is not XML"),
    "page without a form": ("<!DOCTYPE html><html><body>Sign in</body></html>", "has no SAMLResponse"),
    "HAR cut": (har(sent(params=params(XML)))[:-7], "is not JSON"),
    "JSON of another kind": ('{"log": {"entries": 3}}', "is JSON, but not a HAR file"),
    "a list": ("[1, 2]", "is JSON, but not a HAR file"),
    "HAR without entries": (har(), "has no SAMLResponse"),
    "HAR of deep lists": ('{"log":{"entries":[' + "[" * 100_000, "is not JSON"),
    "HAR with deep entries": (har()[:-3] + '{"SAML":' * 20_000 + "1" + "}" * 20_000 + "]}}", "no"),
    "HAR that is not UTF-8": (b'{"log":{"entries":[{"a":"SAML\xff"}]}}', "has no SAMLResponse"),
    "only the request": (
        har({"request": {"queryString": [{"name": "SAMLRequest", "value": "x"}]}}),
        "only the request",
    ),
    "the request's address": (f"https://idp.example.com/sso?SAMLRequest={REQUEST}", "only the request"),
    "WS-Federation": ("wa=wsignin1.0&wresult=%3Ct%3ARequestSecurityTokenResponse", "WS-Federation sign-in"),
    "WS-Federation in a HAR": (har(sent(params=[{"name": "wresult", "value": "<t/>"}])), "WS-Federation sign-in"),
}


MASKS = [
    "[SAMLResponse redacted]",
    "%5BREDACTED%5D",
    "*****",
    "***removed***",
    "xxxxxxxxxxxx",
    "<masked>",
    "\u2022" * 900,
    "{hash:b1946ac92492d2347c6235b4d2611184}",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "[filtered]",
]


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("shape", ["parameters", "text", "SAML-tracer"])
def test_a_sanitized_recording_is_named_so(tmp_path: Path, mask: str, shape: str) -> None:
    """The value is not there any more: the error reports it, and how to record it again."""
    data = {
        "parameters": har(sent(params=[{"name": "SAMLResponse", "value": mask}])),
        "text": har(sent(text=f"SAMLResponse={quote(mask)}&RelayState=x")),
        "SAML-tracer": tracer({"post": [["SAMLResponse", mask]]}),
    }[shape]
    with pytest.raises(CaptureUnusable, match="was removed when this recording was sanitized") as error:
        find_responses(put(tmp_path, data))
    assert error.value.advice.startswith("Record the sign-in again and save it with all values")


HALF = len(encoded(XML)) // 2
PARTS = {
    "beginning of base64": encoded(XML)[:HALF],
    "beginning of base64, cut anywhere": encoded(XML)[: HALF + 1],
    "end of base64": encoded(XML)[HALF:],
    "end of base64, cut anywhere": encoded(XML)[HALF + 1 :],
    "end of base64 in a form": f"SAMLResponse={quote(encoded(XML)[HALF + 3 :], safe='')}&RelayState=x",
    "beginning of XML": XML[: len(XML) // 2],
    "end of XML": XML[len(XML) // 2 :].partition(b">")[2].lstrip(b"<"),
    "deflated": deflated(XML)[: len(deflated(XML)) // 2],
}


@pytest.mark.parametrize("data", PARTS.values(), ids=PARTS)
def test_half_a_paste_is_named_so(tmp_path: Path, data: str | bytes) -> None:
    """A value that was cut is called a part, whichever half it is; the next step is to copy all of it."""
    with pytest.raises(CaptureUnusable, match=r"only a part of|ends early") as error:
        find_responses(put(tmp_path, data))
    assert error.value.advice.startswith("Copy the whole value of SAMLResponse")


@pytest.mark.parametrize(("data", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_response_is_refused(tmp_path: Path, data: str | bytes, said: str) -> None:
    """The sentence names the file and what is wrong with it."""
    with pytest.raises(SourceUnreadable) as error:
        find_responses(put(tmp_path, data))
    assert said in str(error.value)
    assert str(tmp_path / "capture") in str(error.value)


def test_fifty_megabytes_are_refused(tmp_path: Path) -> None:
    """A huge file that is not a recording is not looked into; nothing of it is kept in the message."""
    with pytest.raises(SourceUnreadable, match=r"more than 8,000,000 bytes and is not a HAR file"):
        find_responses(put(tmp_path, b"<a>" * 17_000_000))


def test_more_than_a_recording_can_have_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A HAR file has its limit too."""
    monkeypatch.setattr(capture, "LARGEST_CAPTURE", 1_000)
    with pytest.raises(SourceUnreadable, match="more than 1,000 bytes"):
        find_responses(put(tmp_path, har(sent(params=params(XML)))))


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    """Two hundred thousand elements in each other are not a response, and do not crash."""
    path = put(tmp_path, b"<a>" * 200_000 + b"</a>" * 200_000)
    with pytest.raises(SourceUnreadable, match="SAML"):
        read(find_responses(path)[0])


def test_no_such_file(tmp_path: Path) -> None:
    """A path to nothing is reported as such."""
    with pytest.raises(SourceMissing, match="No such file"):
        find_responses(tmp_path / "none.har")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("SAMLResponse=" * 600_000, 1),
        ("SAMLResponse: " * 500_000, 250_000),
        ("<html>" + "<input SAMLResponse " * 390_000, 0),
        ("<html><input SAMLResponse " + "a" * 7_900_000, 0),
        ("<html>SAMLResponse<!--" * 350_000, 0),
        ("content-disposition: " * 370_000 + "SAMLResponse", 0),
        ("SAMLResponse=a&" * 600_000, 0),
    ],
    ids=["fields", "copied fields", "inputs", "a long name", "comments", "parts", "too large"],
)
def test_hostile_forms_cost_no_more_than_honest_ones(text: str, count: int) -> None:
    """Eight megabytes of beginnings that never end are searched once; a quadratic search would not come back."""
    assert len([*forms.in_request(text), *forms.in_page(text)]) == count


LAW = settings(max_examples=100)

ENCODERS: dict[str, Callable[[bytes], str]] = {
    "base64": encoded,
    "deflated": deflated,
    "form": form,
    "multipart": multipart,
    "page": page,
    "HAR": lambda xml: har(sent(params=params(xml))),
    "HAR text": lambda xml: har(sent(text=form(xml))),
    "HAR page": lambda xml: har(shown(page(xml))),
}
VALUES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=60
)


@pytest.mark.parametrize("shape", ENCODERS)
@LAW
@given(value=VALUES)
def test_a_value_comes_out_as_it_went_in(tmp_path_factory: pytest.TempPathFactory, shape: str, value: str) -> None:
    """Whatever the value and whatever the shape: the same characters come out."""
    folder = tmp_path_factory.mktemp("law")
    (found,) = find_responses(put(folder, ENCODERS[shape](response(assertion(value)))))
    assert read(found).values(EMAIL) == (value,)


def attempt(folder: Path, data: str | bytes) -> list[bytes] | str:
    """Read a capture: the XML of its responses, or the sentence that refuses it."""
    try:
        return [each.xml for each in find_responses(put(folder, data))]
    except SourceUnreadable as refused:
        return str(refused)


@LAW
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """No file makes the reader fall over; each is read or refused in a sentence."""
    assert attempt(tmp_path_factory.mktemp("bytes"), data)


@LAW
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.sampled_from(["SAMLResponse", form(XML)]),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    ["request", "response", "postData", "params", "content", "text", "name", "value", "url"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_recording_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, entry: object) -> None:
    """Nor does a recording of any shape; the one response that may be in it is found or not, and nothing else is."""
    found = attempt(tmp_path_factory.mktemp("har"), json.dumps({"log": {"entries": [entry]}}))
    assert found == [XML] or "SAMLResponse" in found or "base64" in found


def test_the_limit_of_unpacking_is_a_limit() -> None:
    """What is unpacked at all is at most one byte more than may be; the last byte allowed is read."""
    assert len(zlib.compress(b"<a>" + b" " * (LARGEST - 7) + b"</a>")) < LARGEST
    exact = decoding.decode_value(deflated(b"<a>" + b" " * (LARGEST - 7) + b"</a>"), "capture")
    assert len(exact.xml) == LARGEST
    with pytest.raises(SourceUnreadable, match="unpacks to more"):
        decoding.decode_value(deflated(b"<a>" + b" " * (LARGEST - 6) + b"</a>"), "capture")

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfbot.catalog.address import Address, labels, listed, read

ADDRESSES = [
    ("docs.python.org", "docs.python.org", ""),
    ("DOCS.Python.ORG", "docs.python.org", ""),
    ("docs.python.org.", "docs.python.org", ""),
    ("docs.python.org:8443", "docs.python.org", ""),
    ("docs.python.org/", "docs.python.org", ""),
    ("docs.python.org/3/library", "docs.python.org", "/3/library"),
    ("docs.python.org?q=1", "docs.python.org", ""),
    ("docs.python.org#top", "docs.python.org", ""),
    ("https://docs.python.org", "docs.python.org", ""),
    ("HTTPS://docs.python.org:443/3/?q=/ftp/#x", "docs.python.org", "/3"),
    ("//docs.python.org/3", "docs.python.org", "/3"),
    ("ssh://salt", "salt", ""),
    ("https://user:secret@docs.python.org/3", "docs.python.org", "/3"),
    ("https://docs.python.org@evil.example/3", "evil.example", "/3"),
    ("https://evil.example\\@docs.python.org", "evil.example", "/@docs.python.org"),
    ("https://a@b@docs.python.org", "docs.python.org", ""),
    ("https://www.python.org//ftp//x/", "www.python.org", "/ftp/x"),
    ("https://www.python.org/ftp/../about/", "www.python.org", "/about"),
    ("https://www.python.org/%66tp/%2e%2e/a", "www.python.org", "/a"),
    ("https://www.python.org/FTP", "www.python.org", "/ftp"),
    ("<https://docs.python.org/3/>", "docs.python.org", "/3"),
    ("'docs.python.org'!", "docs.python.org", ""),
    ("_dmarc.python.org", "_dmarc.python.org", ""),
    ("https://bücher.example/ä", "xn--bcher-kva.example", "/ä"),
    ("\N{FULLWIDTH LATIN SMALL LETTER D}ocs\N{FULLWIDTH FULL STOP}python.org", "docs.python.org", ""),
]

NO_ADDRESSES = [
    "", "docs", "docs python", "docs@python.org", "mailto:docs@python.org", "#python-infra", "*.psfhosted.net",
    "docs..python.org", ".python.org", "-docs.python.org", "docs-.python.org", "docs.python.org:http",
    "docs.python.org/3 library", "http://", "https:///path", "ci/cd", "x" * 64 + ".python.org", "ö" * 80 + ".org",
    "[::1]", "..", "a.\ud800", "über..org",
]  # fmt: skip


@pytest.mark.parametrize(("text", "host", "path"), ADDRESSES)
def test_an_address_is_read_as_a_browser_reads_it(text, host, path):
    assert read(text) == Address(host, path)


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_no_browser_would_open_is_no_address(text):
    assert read(text) is None


@given(st.text(st.characters(), max_size=80))
def test_reading_never_fails(text):
    for start in ("", "https://", "https://a.example/"):
        address = read(start + text)

        assert address is None or (address.host.isascii() and not address.path.endswith("/"))


def test_paths_are_tried_from_the_longest_to_the_bare_host():
    assert list(Address("www.python.org", "/ftp/python").lookups()) == [
        "www.python.org/ftp/python",
        "www.python.org/ftp",
        "www.python.org",
    ]


def test_wildcards_go_up_from_the_nearest_parent():
    assert [above.host for above in Address("a.b.psfhosted.net", "").wildcards()] == [
        "*.b.psfhosted.net",
        "*.psfhosted.net",
        "*.net",
    ]


def test_a_listed_path_counts_with_and_without_its_slash():
    assert listed("www.python.org/ftp/") == listed("www.python.org/ftp") == "www.python.org/ftp"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("docs.python.org", ("docs", "python")),
        ("python.org", ("python",)),
        ("www.example.co.uk", ("www", "example")),
        ("blurb-it.herokuapp.com", ("blurb-it", "herokuapp")),
        ("org", ()),
        ("co.uk", ()),
        ("docs.nyc1", ()),
        ("docs", ()),
    ],
)
def test_labels_stop_before_the_suffix_that_a_registry_runs(host, expected):
    assert labels(host) == expected

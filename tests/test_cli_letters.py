"""`psfbot try` before anything is posted: an address that is none is told as such."""

import pytest
from click.testing import CliRunner

from psfbot.cli import main
from psfbot.cli.letters import URL


@pytest.mark.parametrize(
    "url", ["notaurl", "localhost:8080", "http:/127.0.0.1", "http://", "ftp://example.org", "http:// x"]
)
def test_what_is_no_url_is_told_before_anybody_is_asked(url):
    done = CliRunner().invoke(main, ["try", "pingdom", "http_down", "--url", url])

    assert done.exit_code == 2
    assert f"'{url}' is no URL: write all of it, such as http://127.0.0.1:8080." in done.stderr


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "https://bot.example.org/", "HTTP://[::1]:8080", "http://a/b?c"]
)
def test_what_is_a_url_is_one(url):
    assert URL.fullmatch(url)

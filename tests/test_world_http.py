"""Web servers are asked within a deadline and a size, and trouble comes back in words that hold no secret."""

import asyncio
import gzip
import socket
import tracemalloc

import near_world
import pytest
from near_world import Answer, Authority

from psfbot import http
from psfbot.errors import UserError
from psfbot.http import Client, Way, trusted
from psfbot.plugin import Response, Unreachable


def ask(url: str, method: str = "GET", client: Client | None = None, **more) -> Response:
    return asyncio.run((client or Client()).request(method, url, **more))


def leading(port: int, *addresses: str, plain: bool = False, instead: str = "", ca: str = "") -> Client:
    async def route(host: str, wanted: int) -> Way:
        del host, wanted
        return Way(addresses or ("127.0.0.1",), port, plain, instead)

    return Client(route, lambda: trusted(ca))


def test_any_status_is_an_answer_with_its_headers_and_body():
    with near_world.web({"/a": Answer(503, "busy", {"X-Cache": "MISS"})}) as near:
        found = ask(f"http://{near.place}/a?b=c", headers={"X-One": "1"})

    assert (found.status, found.text, found.headers["x-cache"]) == (503, "busy", "MISS")
    assert found.url == f"http://{near.place}/a?b=c"
    assert found.aside == ""
    assert near.asked[0].path == "/a?b=c"
    assert near.asked[0].headers["x-one"] == "1"
    assert near.asked[0].headers["user-agent"].startswith("psfbot/")


def test_a_body_is_posted():
    with near_world.web() as near:
        found = ask(f"http://{near.place}/", "POST", body=b'{"a": 1}', headers={"content-type": "application/json"})

    assert found.status == 200
    assert (near.asked[0].method, near.asked[0].body) == ("POST", b'{"a": 1}')


def test_a_body_is_cut_at_a_limit():
    with near_world.web({"*": Answer(body=b"x" * 5000)}) as near:
        found = ask(f"http://{near.place}/", client=Client(largest=1000))

    assert found.body == b"x" * 1000


def test_a_packed_body_is_unpacked_no_further_than_a_limit():
    bomb = gzip.compress(bytes(50_000_000))
    answers = {
        "/one": Answer(body=bomb, headers={"content-encoding": "gzip"}),
        "/small": Answer(body=gzip.compress(b"fine"), headers={"content-encoding": "gzip"}),
        "/twice": Answer(body=gzip.compress(bomb), headers={"content-encoding": "gzip, gzip"}),
    }
    with near_world.web(answers) as near:
        tracemalloc.start()
        found = [len(ask(f"http://{near.place}{path}", client=Client(largest=100_000)).body) for path in answers]
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert found == [100_000, 4, len(gzip.compress(bomb))]
    assert most < 20_000_000


def test_a_body_that_cannot_be_unpacked_is_no_answer():
    junk = Answer(body=b"junk", headers={"content-encoding": "gzip"})
    with near_world.web({"*": junk}) as near, pytest.raises(Unreachable, match="an answer that cannot be unpacked"):
        ask(f"http://{near.place}/")


def test_a_redirect_is_an_answer_unless_it_is_to_be_followed():
    with near_world.web({"/a": Answer(301, headers={"location": "/b"}), "/b": Answer(body="here")}) as near:
        plain = ask(f"http://{near.place}/a")
        followed = ask(f"http://{near.place}/a", follow=True)

    assert (plain.status, plain.headers["location"]) == (301, "/b")
    assert (followed.status, followed.text, followed.url) == (200, "here", f"http://{near.place}/b")


def test_redirects_in_a_circle_end():
    with near_world.web({"*": Answer(302, headers={"location": "/"})}) as near, pytest.raises(Unreachable) as caught:
        ask(f"http://{near.place}/", follow=True)

    assert str(caught.value) == f"http://{near.place} redirects more than 5 times."


def test_another_host_is_told_no_secret_and_a_post_is_not_sent_on():
    with near_world.web({"*": Answer(302)}) as near:
        near.answers["/a"] = Answer(302, headers={"location": f"http://localhost:{near.port}/b"})
        ask(f"http://{near.place}/a", "POST", body=b"x", headers={"Authorization": "Bearer s", "X-A": "1"}, follow=True)
        first, second = near.asked

    assert (first.method, first.headers["authorization"]) == ("POST", "Bearer s")
    assert (second.method, second.body, second.headers["x-a"]) == ("GET", b"", "1")
    assert "authorization" not in second.headers


@pytest.mark.parametrize(
    ("location", "words"),
    [("file:///etc/passwd", "begins with https:// or http://"), ("http://[", "redirects to what is no address")],
)
def test_a_redirect_out_of_the_web_is_not_followed(location, words):
    answers = {"*": Answer(302, headers={"location": location})}
    with near_world.web(answers) as near, pytest.raises(Unreachable, match=words):
        ask(f"http://{near.place}/", follow=True)


@pytest.mark.parametrize(
    "url", ["ftp://x/", "/hooks/secret", "", "http://", "http://127.0.0.1:99999/", "http://[::1", "http://a\nb/"]
)
def test_what_is_no_web_address_is_not_asked(url):
    with pytest.raises(Unreachable) as caught:
        ask(url)

    assert str(caught.value) == "A web address begins with https:// or http:// and names a host."


def test_a_refused_connection_is_told_without_what_is_secret_in_the_address():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))  # nobody listens there
        port = door.getsockname()[1]
        with pytest.raises(Unreachable) as caught:
            ask(f"http://user:hunter2@127.0.0.1:{port}/hooks/hunter3?token=hunter4")

    assert str(caught.value) == f"http://127.0.0.1:{port} cannot be reached: the connection was refused."


def test_a_server_that_says_nothing_is_given_up():
    with near_world.web({"*": Answer(stall=True)}) as near, pytest.raises(Unreachable) as caught:
        ask(f"http://{near.place}/", seconds=0.2)

    assert str(caught.value) == f"http://{near.place} did not answer within 0.2 seconds."


def test_who_was_asked_in_place_of_a_host_is_told_also_where_nobody_answers():
    told = []
    with near_world.web({"*": Answer(stall=True)}) as near:
        client = leading(near.port, plain=True, instead="a place")
        for more in ({"seconds": 0.2}, {"seconds": 0.2, "follow": True}):
            with pytest.raises(Unreachable) as caught:
                ask("https://x.test/", client=client, **more)
            told.append(str(caught.value))
    with pytest.raises(Unreachable) as caught:
        ask("https://x.test/", client=client)

    assert told == ["https://x.test did not answer within 0.2 seconds (asked a place in its place)."] * 2
    assert str(caught.value) == (
        "https://x.test cannot be reached: the connection was refused (asked a place in its place)."
    )


def test_what_speaks_no_http_is_told():
    with near_world.web({"*": Answer(0, headers={"x": "y"})}) as near, pytest.raises(Unreachable) as caught:
        ask(f"http://{near.place}/")

    assert str(caught.value) == f"http://{near.place} gave no answer: it does not speak HTTP, or broke off."


def test_the_connection_goes_where_the_route_leads_and_the_host_stays(tmp_path):
    near_ca = Authority(tmp_path)
    with near_world.web(pem=near_ca.certificate("www.python.org")) as near:
        client = leading(near.port, instead=near.place, ca=str(near_ca.ca))
        found = ask("https://www.python.org/a", client=client)

    assert (found.status, found.url, found.instead) == (200, "https://www.python.org/a", near.place)
    assert found.aside == f" (asked {near.place} in its place)"
    assert near.asked[0].sni == "www.python.org"
    assert near.asked[0].headers["host"] == "www.python.org"


def test_a_certificate_that_is_not_valid_is_told(tmp_path):
    pem = Authority(tmp_path).certificate("www.python.org")
    with near_world.web(pem=pem) as near, pytest.raises(Unreachable) as caught:
        ask("https://www.python.org/a", client=leading(near.port))

    assert str(caught.value) == (
        "https://www.python.org cannot be reached: its certificate is not valid "
        "(its authority is not one that is trusted, or a certificate between the two is missing)."
    )


def test_the_next_address_is_tried_where_one_does_not_take_the_call():
    with near_world.web() as near:
        found = ask("http://x.test/", client=leading(near.port, "127.0.0.9", "127.0.0.1"))

    assert found.status == 200


def test_a_plain_place_is_asked_without_tls():
    with near_world.web() as near:
        found = ask("https://www.python.org/a", client=leading(near.port, plain=True, instead=near.place))

    assert (found.status, near.asked[0].headers["host"]) == (200, "www.python.org")


def test_an_answer_that_is_no_json_says_nothing():
    with near_world.web({"*": Answer(body="<html>")}) as near:
        found = ask(f"http://{near.place}/")

    with pytest.raises(Unreachable, match="did not answer with JSON"):
        found.json()


def test_no_proxy_leads_to_ourselves_whatever_we_are_called(monkeypatch):
    """Else the heartbeat of a bot that listens on an address of its own would tell its secret to the proxy."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with near_world.web(host="127.0.0.2") as near:
        url = f"http://127.0.0.2:{near.port}/hooks/heartbeat/secret"
        answered = asyncio.run(http.post(url, b"{}", {}, ours=True))
        with pytest.raises(UserError):
            asyncio.run(http.post(url, b"{}", {}))

    assert (answered.status, len(near.asked)) == (200, 1)

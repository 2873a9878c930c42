"""How the bot logs in: each mechanism to the letter, and what follows when one fails."""

import base64
import re

import pytest
from certificates import ecdsa_key
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from fake_sasl import Sasl
from hypothesis import given
from hypothesis import strategies as st

from psfbot.errors import UserError
from psfbot.platforms.irc.keys import signer
from psfbot.platforms.irc.line import Line
from psfbot.platforms.irc.sasl import Credentials, Exchange, Stage, chunks, unknown
from psfbot.platforms.irc.scram import Scram, Untrusted, prepared

FULL = Credentials("psfbot", "correct-horse", certificate=True, sign=lambda digest: b"signed " + digest[:2])


def exchange(credentials=FULL, *, private=True):
    return Exchange(credentials.mechanisms(lambda: "ournonce", private=private))


def numeric(command, *params):
    return Line(command, ("psfbot", *params), host="irc.test")


def challenge(data=b""):
    return Line("AUTHENTICATE", (base64.b64encode(data).decode() or "+",))


def play(one, server, offered=""):
    """Let both sides talk until the exchange is over; everything that ours said."""
    said, todo = [], one.begin(offered)
    while todo:
        text = todo.pop(0)
        said.append(text)
        for answer in server.hear(text.removeprefix("AUTHENTICATE ")):
            words = re.sub(r"^:\S+ ", "", answer.format(server="irc.test", nick="psfbot"))
            head, colon, tail = words.partition(" :")
            command, *params = head.split()
            todo += one.heard(Line(command, (*params, *([tail] if colon else []))))
    return said


def test_the_ways_are_tried_from_the_strongest_to_the_weakest():
    ways = FULL.mechanisms(str, private=True)

    assert list(ways) == ["EXTERNAL", "SCRAM-SHA-512", "SCRAM-SHA-256", "ECDSA-NIST256P-CHALLENGE", "PLAIN"]


def test_a_setting_narrows_and_orders_them():
    credentials = Credentials("psfbot", "secret", order=("plain", "SCRAM-SHA-256", "EXTERNAL"))

    assert list(credentials.mechanisms(str, private=True)) == ["PLAIN", "SCRAM-SHA-256"]


def test_where_somebody_may_listen_neither_password_nor_certificate_is_shown():
    ways = FULL.mechanisms(str, private=False)

    assert list(ways) == ["SCRAM-SHA-512", "SCRAM-SHA-256", "ECDSA-NIST256P-CHALLENGE"]


def test_a_password_is_not_in_the_words_for_the_log():
    assert "correct-horse" not in repr(FULL)


def test_a_misspelt_mechanism_is_named():
    assert unknown(("EXTERNAL", "PLANE", "plain")) == ("PLANE",)


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_the_right_password_logs_in(mechanism):
    one, server = exchange(), Sasl({"psfbot": "correct-horse"})
    said = play(one, server, mechanism)

    assert said[0] == f"AUTHENTICATE {mechanism}"
    assert (one.stage, one.account) == (Stage.DONE, "psfbot")


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_the_wrong_password_does_not_and_the_reason_is_told(mechanism):
    one = exchange()
    play(one, Sasl({"psfbot": "another"}), mechanism)

    assert one.stage is Stage.FAILED
    assert one.reason == f"{mechanism}: SASL authentication failed (904)"


def test_a_certificate_logs_in_to_the_account_that_is_set_and_to_no_other():
    one = exchange()
    said = play(one, Sasl(external="psfbot"), "EXTERNAL")

    assert said == ["AUTHENTICATE EXTERNAL", "AUTHENTICATE " + base64.b64encode(b"psfbot").decode()]
    assert one.stage is Stage.DONE


def test_a_certificate_alone_says_nothing_but_a_plus():
    one = exchange(Credentials(certificate=True))

    assert play(one, Sasl(external="psfbot"), "EXTERNAL") == ["AUTHENTICATE EXTERNAL", "AUTHENTICATE +"]
    assert one.account == "psfbot"


def test_after_one_way_failed_the_next_one_is_tried():
    one = exchange()
    said = play(one, Sasl({"psfbot": "correct-horse"}), "PLAIN,EXTERNAL")

    assert [text for text in said if text.split()[1] in {"EXTERNAL", "PLAIN"}] == [
        "AUTHENTICATE EXTERNAL",
        "AUTHENTICATE PLAIN",
    ]
    assert one.stage is Stage.DONE


def test_a_server_that_did_not_say_what_it_knows_is_asked_for_each():
    one = exchange(Credentials("psfbot", "correct-horse", sign=FULL.sign, order=("ECDSA-NIST256P-CHALLENGE", "PLAIN")))

    play(one, Sasl({"psfbot": "correct-horse"}))

    assert one.stage is Stage.DONE


KNOWN = numeric("908", "EXTERNAL,PLAIN", "are available SASL mechanisms")
FAILED = numeric("904", "SASL authentication failed")


@pytest.mark.parametrize("behind", [(), (FAILED,)], ids=["alone", "with a failure behind it"])
def test_what_a_server_says_it_knows_leaves_out_the_rest_at_once(behind):
    one = exchange()
    one.begin("")

    assert one.heard(KNOWN) == ["AUTHENTICATE PLAIN"]
    assert [one.heard(line) for line in behind] == [[] for _ in behind]
    assert (one.stage, one.name) == (Stage.RUNNING, "PLAIN")
    assert one.heard(Line("AUTHENTICATE", ("+",))) != []
    assert one.heard(FAILED) == []
    assert one.stage is Stage.FAILED
    assert one.reason.endswith("PLAIN: SASL authentication failed (904)")


@pytest.mark.parametrize("mechanisms", ["OAUTHBEARER", ""])
def test_a_server_that_knows_none_of_our_ways_ends_the_login_at_once(mechanisms):
    one = exchange(Credentials("psfbot", "secret", order=("PLAIN",)))
    one.begin("PLAIN")

    assert one.heard(numeric("908", mechanisms, "are available SASL mechanisms")) == []
    assert one.stage is Stage.FAILED
    assert one.reason == f"PLAIN: the server offers {mechanisms or 'nothing'} (908)"


def test_where_no_way_fits_both_sides_are_named():
    one = exchange(Credentials("psfbot", "secret", order=("PLAIN",)))

    assert one.begin("EXTERNAL,OAUTHBEARER") == []
    assert one.stage is Stage.FAILED
    assert one.reason == (
        "the server offers none of the SASL mechanisms that the settings allow (PLAIN); it offers EXTERNAL,OAUTHBEARER"
    )


@pytest.mark.parametrize("number", ["902", "904", "905", "906"])
def test_each_numeric_of_failure_ends_one_way(number):
    one = exchange(Credentials("psfbot", "secret", order=("PLAIN",)))
    one.begin("PLAIN")
    one.heard(numeric(number, "You must use a nick assigned to you"))

    assert one.stage is Stage.FAILED
    assert one.reason == f"PLAIN: You must use a nick assigned to you ({number})"


@pytest.mark.parametrize("number", ["903", "907"])
def test_being_logged_in_is_taken_from_either_numeric(number):
    one = exchange(Credentials("psfbot", "secret", order=("PLAIN",)))
    one.begin("PLAIN")
    one.heard(numeric("900", "psfbot!u@h", "psfbot", "You are now logged in as psfbot"))
    one.heard(numeric(number, "fine"))

    assert (one.stage, one.account) == (Stage.DONE, "psfbot")


@pytest.mark.parametrize(
    ("length", "lines"), [(0, ["+"]), (1, [4]), (299, [400, "+"]), (300, [400, "+"]), (301, [400, 4]), (600, [400] * 2)]
)
def test_an_answer_goes_in_pieces_of_400(length, lines):
    shown = [text.removeprefix("AUTHENTICATE ") for text in chunks(b"x" * length)]
    wanted = [*lines, *(["+"] if length == 600 else [])]

    assert [text if text == "+" else len(text) for text in shown] == wanted


@given(st.binary(max_size=2000))
def test_a_server_puts_the_pieces_together_again(answer):
    texts = [text.removeprefix("AUTHENTICATE ") for text in chunks(answer)]

    assert base64.b64decode("".join(text for text in texts if text != "+")) == answer
    assert all(len(text) == 400 for text in texts[:-1])
    assert len(texts[-1]) < 400


def test_a_challenge_in_pieces_is_put_together():
    seen = []
    one = exchange(Credentials("psfbot", sign=seen.append))
    one.begin("")
    one.heard(challenge())
    text = base64.b64encode(b"c" * 300).decode()

    assert one.heard(Line("AUTHENTICATE", (text,))) == []
    assert one.heard(Line("AUTHENTICATE", ("+",))) == ["AUTHENTICATE *"]
    assert "not 32 bytes" in one.reason


@pytest.mark.parametrize("text", ["%%%", "abc"])
def test_a_challenge_that_is_not_base64_ends_it_all(text):
    one = exchange(Credentials("psfbot", "secret"))
    one.begin("SCRAM-SHA-256,PLAIN")

    assert one.heard(Line("AUTHENTICATE", (text,))) == ["AUTHENTICATE *"]
    assert one.stage is Stage.FAILED


def test_a_challenge_without_an_end_ends_it_all():
    one = exchange()
    one.begin("")
    sent = [text for _ in range(50) for text in one.heard(Line("AUTHENTICATE", ("A" * 400,)))]

    assert sent == ["AUTHENTICATE *"]
    assert "too long" in one.reason


def test_a_key_signs_the_challenge(tmp_path):
    file = tmp_path / "key.pem"
    ecdsa_key(file)
    one = exchange(Credentials("psfbot", sign=signer(file)))

    assert one.begin("ECDSA-NIST256P-CHALLENGE") == ["AUTHENTICATE ECDSA-NIST256P-CHALLENGE"]
    assert one.heard(challenge()) == chunks(b"psfbot")

    (answer,) = one.heard(challenge(b"c" * 32))

    verify(file, base64.b64decode(answer.split()[1]), b"c" * 32)


def verify(file, signature, digest):

    key = load_pem_private_key(file.read_bytes(), None).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(signature, digest, ec.ECDSA(Prehashed(SHA256())))


@pytest.mark.parametrize(
    ("content", "why"), [("not a key", "no unencrypted private key"), (None, "No such file"), ("rsa", "not NIST P-256")]
)
def test_a_key_of_no_use_is_told_at_the_start(tmp_path, content, why):
    file = tmp_path / "key.pem"
    if content == "rsa":
        other_key(file)
    elif content:
        file.write_text(content, "utf-8")

    with pytest.raises(UserError, match=f"PSFBOT_IRC_ECDSA_KEY names .*key.pem, which I cannot use: .*{why}"):
        signer(file)


def other_key(file):

    key = ed25519.Ed25519PrivateKey.generate()
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def test_scram_says_what_the_standard_says():
    """The example of RFC 7677, section 3."""
    scram = Scram("user", "pencil", "sha256", "rOprNGfwEbeRWgbNEkqO")
    server = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"

    assert scram.respond(b"") == b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    assert scram.respond(server.encode()) == (
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )
    assert not scram.proven
    assert scram.respond(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=") == b""
    assert scram.proven


@pytest.mark.parametrize(
    ("first", "why"),
    [
        ("r=another,s=QSXC,i=4096", "nonce"),
        ("r=n,s=QSXC,i=4096", "nonce"),
        ("s=QSXC,i=4096", "nonce"),
        ("m=ext,r=n+,s=QSXC,i=4096", "nonce"),
        ("r=n+,s=QSXC,i=1", "rounds"),
        ("r=n+,s=QSXC,i=99999999999", "rounds"),
        ("r=n+,s=QSXC,i=many", "rounds"),
        ("r=n+,s=QSXC", "rounds"),
        ("r=n+,s=???,i=4096", "base64"),
        ("\udcff", "not text"),
    ],
)
def test_a_server_that_breaks_the_rules_is_not_answered(first, why):
    scram = Scram("user", "pencil", "sha256", "n")
    scram.respond(b"")

    with pytest.raises(Untrusted, match=why):
        scram.respond(first.encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("final", [b"v=AAAA", b"e=other-error", b"", b"v=???"])
def test_a_server_that_does_not_know_the_password_is_not_believed(final):
    scram = Scram("user", "pencil", "sha512", "n")
    scram.respond(b"")
    scram.respond(b"r=n+,s=QSXC,i=4096")

    with pytest.raises(Untrusted):
        scram.respond(final)
    assert not scram.proven


def test_after_a_forged_signature_the_password_is_not_sent_in_clear():
    one = exchange()
    said = play(one, Sasl({"psfbot": "correct-horse"}, forged=True), "SCRAM-SHA-256,PLAIN")

    assert said[-1] == "AUTHENTICATE *"
    assert one.stage is Stage.FAILED
    assert "could not prove" in one.reason


def test_a_server_that_is_content_without_a_signature_is_left():
    one = exchange(Credentials("psfbot", "secret"))
    one.begin("SCRAM-SHA-256,PLAIN")
    one.heard(challenge())

    assert one.heard(numeric("903", "all is well")) == ["AUTHENTICATE *"]
    assert one.stage is Stage.FAILED


@pytest.mark.parametrize(
    ("password", "same"),
    [("pencil", "pencil"), ("I\u00adX", "IX"), ("\u2168", "IX"), ("a\u00a0b", "a b"), ("e\u0301", "é")],
)
def test_it_does_not_matter_how_a_keyboard_writes_a_password(password, same):
    assert prepared(password) == same.encode()


def test_names_with_commas_are_told_apart_from_the_rest():
    assert Scram("a=b,c", "", "sha256", "n").respond(b"") == b"n,,n=a=3Db=2Cc,r=n"


LINES = st.one_of(
    st.builds(numeric, st.sampled_from([str(n) for n in range(900, 909)]), st.text(max_size=9), st.text(max_size=9)),
    st.builds(challenge, st.binary(max_size=40)),
    st.builds(lambda text: Line("AUTHENTICATE", (text,)), st.text(max_size=20)),
)


@given(st.lists(LINES, max_size=12))
def test_whatever_a_server_says_there_is_no_login_without_its_word(lines):
    one = exchange()
    one.begin("")
    for line in lines:
        one.heard(line)

    assert one.stage is not Stage.DONE or {line.command for line in lines} & {"903", "907"}

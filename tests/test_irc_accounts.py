"""Whose account speaks: what the network says, and never the nick."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfbot.platforms.irc.accounts import UNKNOWN, WHOX_TOKEN, Accounts
from psfbot.platforms.irc.line import Line

TOLD = frozenset({"account-notify", "extended-join"})


def fold(name):
    return name.lower()


def of(nick, command, *params, user="~u", host="h", **tags):
    return Line(command, params, nick=nick, user=user, host=host, tags=tags)


def says(nick="ned", **more):
    return of(nick, "PRIVMSG", "#c", "!ack 12", **more)


def server(command, *params):
    return Line(command, ("psfbot", *params), host="irc.example.org")


def whois(nick, account=None, *, registered=False, user="~u", host="h"):
    yield server("311", nick, user, host, "*", "A name")
    if account:
        yield server("330", nick, account, "is logged in as")
    if registered:
        yield server("307", nick, "is a registered nick")
    yield server("318", nick, "End of WHOIS")


def accounts(*lines, now=0, **more):
    made = Accounts(fold, **{"nick": "psfbot", "caps": TOLD} | more)
    for line in lines:
        made.heard(line, now)
    return made


def asked(*lines, nick="ned", now=0, **more):
    made = accounts(**more)
    made.ask(nick, now)
    ended = [made.heard(line, now) for line in lines]
    return made, ended


JOIN = of("ned", "JOIN", "#c", "edward", "Ned")


@pytest.mark.parametrize(("tag", "account"), [("edward", "edward"), ("*", None), ("0", None), ("", None)])
@pytest.mark.parametrize("caps", [TOLD, TOLD | {"account-tag"}, frozenset()])
def test_the_tag_of_the_line_wins_over_what_is_remembered(tag, account, caps):
    known = accounts(of("ned", "JOIN", "#c", "mallory", "Ned"), caps=caps)

    assert known.of(says(account=tag), 0) == account


def test_where_the_server_tags_lines_one_without_a_tag_is_of_nobody():
    known = accounts(JOIN, caps=TOLD | {"account-tag"})

    assert known.of(says(), 0) is None


def test_a_nick_alone_says_nothing():
    assert accounts().of(says("edward"), 0) is UNKNOWN


def test_a_joiner_says_their_account():
    assert accounts(JOIN).of(says("Ned"), 0) == "edward"


@pytest.mark.parametrize("account", ["*", "0"])
def test_a_joiner_says_that_they_have_none(account):
    assert accounts(of("ned", "JOIN", "#c", account, "Ned")).of(says(), 1e6) is None


def test_a_join_without_the_capability_says_nothing():
    assert accounts(JOIN, caps=frozenset({"account-notify"})).of(says(), 0) is UNKNOWN


def test_logging_in_and_out_is_told():
    known = accounts(of("ned", "JOIN", "#c", "*", "Ned"))
    found = []
    for account in ("edward", "*", "ned2"):
        known.heard(of("ned", "ACCOUNT", account), 0)
        found.append(known.of(says(), 0))

    assert found == ["edward", None, "ned2"]


@pytest.mark.parametrize(
    "line",
    [
        of("ned", "QUIT"),
        of("ned", "QUIT", "*.net *.split"),
        of("ned", "NICK", "ted"),
        of("amy", "NICK", "NED"),
        of("ned", "PART", "#c"),
        of("ned", "PART", "#a,#C", "bye"),
        of("amy", "KICK", "#C", "Ned", "out"),
        of("psfbot", "PART", "#c"),
        of("amy", "KICK", "#c", "PsfBot"),
        of("psfbot", "QUIT"),
    ],
)
def test_who_goes_out_of_sight_is_forgotten(line):
    assert accounts(JOIN, line).of(says(), 0) is UNKNOWN


@pytest.mark.parametrize(
    "line",
    [
        of("amy", "QUIT"),
        of("ned", "NICK", "NED"),
        of("ned", "PART", "#elsewhere"),
        of("amy", "PART", "#c"),
        of("ned", "KICK", "#c", "amy"),
        of("psfbot", "PART", "#elsewhere"),
        of("psfbot", "JOIN", "#c", "*", "Bot"),
        of("ned", "KICK", "#c"),
        of("ned", "QUIT "),
        server("354", "999", "~u", "h", "ned", "mallory"),
        server("354", WHOX_TOKEN, "h", "ned", "mallory"),
        server("330", "ned", "mallory", "is logged in as"),
        server("318", "ned", "End of WHOIS"),
    ],
)
def test_others_and_what_was_not_asked_change_nothing(line):
    assert accounts(JOIN, line).of(says(), 0) == "edward"


def test_one_shared_channel_is_enough_to_be_remembered():
    known = accounts(JOIN, of("ned", "JOIN", "#d", "edward", "Ned"), of("ned", "PART", "#c"))

    assert known.of(says(), 1e6) == "edward"
    known.heard(of("ned", "PART", "#d"), 0)
    assert known.of(says(), 0) is UNKNOWN


def test_an_account_does_not_follow_to_another_nick_but_the_channels_do():
    known = accounts(JOIN, of("ned", "NICK", "ted"))

    assert known.of(says("ted"), 0) is UNKNOWN
    known.heard(of("ted", "ACCOUNT", "edward"), 0)
    assert known.of(says("ted"), 1e6) == "edward"


def test_the_bot_knows_itself_by_its_new_nick():
    known = accounts(JOIN, of("psfbot", "NICK", "psfbot_"), of("psfbot_", "PART", "#c"))

    assert known.of(says(), 0) is UNKNOWN


@pytest.mark.parametrize("other", [{"host": "elsewhere"}, {"user": "~v"}])
def test_the_same_nick_from_elsewhere_is_another_person(other):
    assert accounts(JOIN).of(says(**other), 0) is UNKNOWN


def test_a_new_cloak_is_the_same_person():
    known = accounts(JOIN, of("ned", "CHGHOST", "ned", "user/ned"))

    assert known.of(says(user="ned", host="user/Ned"), 0) == "edward"
    assert known.of(says(), 0) is UNKNOWN


def test_a_whole_channel_is_asked_at_once():
    known = accounts(whox=True)
    for nick, account in (("ned", "edward"), ("amy", "0")):
        known.heard(server("354", WHOX_TOKEN, "~u", "h", nick, account), 0)

    assert known.who("#c") == "WHO #c %tuhna,511"
    assert (known.of(says("ned"), 0), known.of(says("amy"), 0)) == ("edward", None)


@pytest.mark.parametrize(
    ("answer", "account"),
    [
        (whois("ned", "edward"), "edward"),
        (whois("ned"), None),
        (whois("ned", registered=True), "ned"),
        (whois("ned", "edward", registered=True), "edward"),
        (whois("ned", "*"), None),
    ],
)
def test_one_whois_settles_it(answer, account):
    known, ended = asked(*answer)

    assert ended[-1] == "ned"
    assert not any(ended[:-1])
    assert known.of(says(), 5) == known.settled(says(), 5) == account


def test_a_whois_is_asked_once_until_it_ends_or_is_lost():
    known = accounts()
    found = [known.ask("ned", 0), known.ask("NED", 29), known.ask("ned", 30)]

    assert found == ["WHOIS ned", "", "WHOIS ned"]


def test_with_whox_one_nick_is_asked_by_it():
    known, ended = asked(
        server("354", WHOX_TOKEN, "~u", "h", "ned", "edward"), server("315", "ned", "End of WHO"), whox=True
    )

    assert known.ask("amy", 0) == "WHO amy %tuhna,511"
    assert ended == ["", "ned"]
    assert known.of(says(), 0) == "edward"


@pytest.mark.parametrize(("account", "ttl"), [("edward", 60), (None, 10)])
def test_what_nothing_would_tell_the_end_of_is_believed_for_a_while(account, ttl):
    known, _ = asked(*whois("ned", account))

    assert known.of(says(), ttl - 0.1) == account
    assert known.of(says(), ttl) is UNKNOWN


def test_without_account_notify_a_shared_channel_tells_nothing():
    known = accounts(JOIN, caps=frozenset({"extended-join"}))

    assert known.of(says(), 59) == "edward"
    assert known.of(says(), 60) is UNKNOWN


@pytest.mark.parametrize("seen", [of("ned", "JOIN", "#c"), server("353", "=", "#c", "amy @+Ned!~u@h zoe")])
def test_what_was_known_before_we_saw_them_is_not_believed_for_ever(seen):
    known, _ = asked(*whois("ned", "edward"))
    known.heard(seen, 0)

    assert known.of(says(), 1e6) is UNKNOWN


@pytest.mark.parametrize("names", ["ned", "@ned", "@+ned", "~&@%+ned", "amy +ned zoe", "psfbot @ned!~u@h"])
def test_who_is_named_in_a_channel_is_seen_there(names):
    known = accounts(server("353", "=", "#c", names))
    known.ask("ned", 0)
    for line in whois("ned", "edward"):
        known.heard(line, 0)

    assert known.of(says(), 1e6) == "edward"
    assert "psfbot" not in known.people


@pytest.mark.parametrize("meanwhile", [of("ned", "NICK", "ted"), of("ned", "QUIT"), of("mallory", "NICK", "ned")])
@pytest.mark.parametrize("whox", [False, True])
def test_an_answer_about_who_took_the_nick_meanwhile_does_not_count(meanwhile, whox):
    answer = list(whois("ned", "edward"))
    if whox:
        answer = [server("354", WHOX_TOKEN, "~u", "h", "ned", "edward"), server("315", "ned", "End")]
    known, ended = asked(of("mallory", "JOIN", "#c", "*", "M"), meanwhile, *answer, whox=whox)

    assert ended[-1] == "ned"
    assert known.settled(says(), 0) is None


def test_nobody_of_that_name_ends_the_question():
    known, ended = asked(server("401", "ned", "No such nick"))

    assert ended == ["ned"]
    assert known.settled(says(), 0) is None


def test_a_new_cloak_of_another_with_this_nick_changes_nothing():
    known = accounts(JOIN, of("ned", "CHGHOST", "~x", "y", host="elsewhere"))

    assert known.of(says(), 0) == "edward"


def test_the_bot_does_not_remember_itself():
    assert not accounts(of("PsfBot", "JOIN", "#c", "*", "Bot")).people


def test_a_whois_from_elsewhere_is_about_another_person():
    known, _ = asked(*whois("ned", "edward", host="elsewhere"))

    assert known.settled(says(), 0) is None


def test_a_lost_link_forgets_all():
    known = accounts(JOIN)
    known.ask("amy", 0)
    known.lost()

    assert known.of(says(), 0) is UNKNOWN
    assert known.ask("amy", 0) == "WHOIS amy"


def test_a_split_of_five_thousand_is_taken_and_what_is_remembered_is_bounded():
    people = [f"n{number}" for number in range(5000)]
    known = accounts(*(of(nick, "JOIN", "#c", nick, "x") for nick in people), limit=6000)
    for nick in people:
        known.heard(of(nick, "QUIT", "a.net b.net"), 1)

    assert not known.people
    for nick in people:
        known.heard(of(nick, "JOIN", "#c", nick, "x"), 2)
    assert known.of(says("n0"), 3) == "n0"
    for number in range(5000):
        known.heard(of(f"m{number}", "JOIN", "#c", "*", "x"), 4)
    assert len(known.people) == 6000
    assert known.of(says("n0"), 5) is UNKNOWN


COMMANDS = ["JOIN", "ACCOUNT", "NICK", "PART", "KICK", "QUIT", "CHGHOST", "PRIVMSG", "001"]
NUMERICS = ["353", "354", "311", "307", "330", "315", "318", "401"]


@given(st.sampled_from(COMMANDS + NUMERICS), st.lists(st.text(max_size=5), max_size=7))
def test_no_line_however_short_is_a_fault(command, params):
    known = accounts(JOIN)
    known.ask("ned", 0)

    assert known.heard(Line(command, tuple(params), nick="ned", user="~u", host="h"), 0) in (
        "",
        "ned",
        *map(fold, params),
    )


class Network:
    """Three people with the same user@host who log in, rename, join and leave; the truth to compare with."""

    def __init__(self):
        self.known = accounts(whox=False)
        self.people = [{"nick": f"n{i}", "account": "*", "rooms": set()} for i in range(3)]

    def tell(self, person, command, *params):
        if person["rooms"] or command == "JOIN":
            self.known.heard(of(person["nick"], command, *params), 0)

    def step(self, who, what, value):
        person = self.people[who]
        if what == "login":
            person["account"] = value
            self.tell(person, "ACCOUNT", value)
        elif what == "join" and value not in person["rooms"]:
            self.tell(person, "JOIN", value, person["account"], "x")
            person["rooms"].add(value)
        elif what == "part" and value in person["rooms"]:
            self.tell(person, "PART", value)
            person["rooms"].remove(value)
        elif what == "nick" and all(value != other["nick"] for other in self.people):
            self.tell(person, "NICK", value)
            person["nick"] = value
        elif what == "whois":
            self.known.ask(person["nick"], 0)
            for line in whois(person["nick"], None if person["account"] == "*" else person["account"]):
                self.known.heard(line, 0)


STEPS = st.one_of(
    st.tuples(st.integers(0, 2), st.just("login"), st.sampled_from(["a", "b", "*"])),
    st.tuples(st.integers(0, 2), st.sampled_from(["join", "part"]), st.sampled_from(["#c", "#d"])),
    st.tuples(st.integers(0, 2), st.just("nick"), st.sampled_from(["n0", "n1", "n2", "n3"])),
    st.tuples(st.integers(0, 2), st.just("whois"), st.just("")),
)


@given(st.lists(STEPS, max_size=25))
def test_long_after_only_the_truth_is_believed(steps):
    network = Network()
    for step in steps:
        network.step(*step)

    for person in network.people:
        found = network.known.of(says(person["nick"]), 1e6)
        truth = None if person["account"] == "*" else person["account"]
        assert found in (truth, UNKNOWN)
        assert found is UNKNOWN or person["rooms"]

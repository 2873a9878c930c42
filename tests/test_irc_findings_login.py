"""What the library `irc` does not do by itself while it logs in: stories that it fails and psfbot passes."""

import asyncio
from functools import partial

import pytest
from irc_bots import LOGIN_AS, ROOM, Bare, Ours, Threaded
from irc_faults import Fault, Faults, play

from psfbot.platforms.irc.client import LOGIN

fault = Faults()


@fault(12, AssertionError)
async def it_takes_another_nick(fake, bot):
    fake.taken = {"psfbot"}
    await bot.start(fake.port)

    assert (await fake.wait(f"^JOIN :?{ROOM}$", bot.patience)).visit == 1
    assert fake.visit.nick.startswith("psfbot_")


async def logs_in(fake, bot, password=LOGIN_AS[1]):
    fake.passwords = {"psfbot": password}
    await bot.start(fake.port, login=("psfbot", password))
    await fake.wait(f"^JOIN :?{ROOM}$", bot.patience)

    assert fake.visit.sasl.account == "psfbot"


@fault(13, AssertionError, bare=Threaded)
async def it_reads_the_list_of_mechanisms(fake, bot):
    fake.caps = ("sasl=PLAIN,EXTERNAL",)
    await logs_in(fake, bot)


@fault(13, AssertionError, bare=Threaded)
async def it_reads_an_answer_with_a_space_at_its_end(fake, bot):
    fake.caps = ("sasl",)
    fake.once("CAP", None)  # CAP LS, answered by hand
    await bot.start(fake.port, login=LOGIN_AS)
    fake.passwords = dict([LOGIN_AS])
    await fake.wait("^CAP LS")
    fake.once("CAP", ":{server} CAP {nick} ACK :sasl ")
    fake.send(":{server} CAP {nick} LS :sasl")
    await fake.wait("^AUTHENTICATE PLAIN", bot.patience)


@fault(13, AssertionError, bare=Threaded)
async def it_sends_a_long_password_in_pieces(fake, bot):
    fake.caps = ("sasl",)
    await logs_in(fake, bot, "x" * 600)


async def it_gives_up_a_login_that_cannot_be(fake, bot, numeric):
    fake.caps = ("sasl",)
    fake.always("AUTHENTICATE", f":{{server}} {numeric} {{nick}} :not today")
    await bot.start(fake.port, login=LOGIN_AS)
    await fake.wait("^AUTHENTICATE")

    assert await fake.wait("^(QUIT|CAP END)", bot.patience)


for numeric in ("902", "905", "906"):
    told = partial(it_gives_up_a_login_that_cannot_be, numeric=numeric)
    fault.append(Fault(13, f"it_gives_up_a_login_after_{numeric}", told, (AssertionError,), Threaded))


@fault(13, TimeoutError, bare=Threaded)
async def it_waits_for_no_login_for_ever(fake, bot):
    fake.caps = ("sasl",)
    fake.always("AUTHENTICATE", None)
    await bot.start(fake.port, login=LOGIN_AS)
    await fake.wait("^AUTHENTICATE")
    if isinstance(bot, Ours):
        bot.skew = LOGIN + 1

    await asyncio.wait_for(fake.visits[0].ended.wait(), bot.patience)


@fault(14, AssertionError, bare=Threaded)
async def it_never_goes_on_without_its_account(fake, bot):
    fake.caps, fake.passwords = ("sasl",), {"psfbot": "another"}
    await bot.start(fake.port, login=LOGIN_AS)
    await fake.wait("^AUTHENTICATE")
    await fake.wait("^(QUIT|CAP END)")

    assert not any(visit.registered for visit in fake.visits)


@fault(15, AssertionError, bare=Threaded)
async def it_leaves_nothing_of_a_login_that_was_cut(fake, bot):
    fake.caps = ("sasl",)
    fake.once("AUTHENTICATE", lambda visit, _: visit.hang_up())
    await bot.start(fake.port, login=LOGIN_AS)
    await fake.wait("^AUTHENTICATE")
    await fake.visits[0].ended.wait()
    if isinstance(bot, Bare):
        reactor = bot.reactor
    else:
        await fake.wait("^AUTHENTICATE")
        reactor = bot.client.link.reactor

    assert not reactor.handlers.get("authenticate")


@pytest.mark.parametrize("one", fault, ids=str)
def test_psfbot_is_free_of_a_fault_of_the_library(one):
    asyncio.run(play(one, Ours()))


@pytest.mark.parametrize("one", fault, ids=str)
def test_the_bare_library_has_the_fault(one):
    with pytest.raises(one.ends):
        asyncio.run(play(one, one.bare()))

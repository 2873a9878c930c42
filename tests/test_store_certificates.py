"""What a place was last seen to prove itself with is known after a restart, on both databases."""

from datetime import timedelta

import pytest
from fake_world import certificate
from stores import NOON

from psfbot.flows.certificates import seen
from psfbot.store.certificates import SqlCertificates

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio


async def test_the_last_look_at_each_place_is_kept(db):
    memory = SqlCertificates(db)
    first = seen(certificate("docs.python.org", 10), 443, NOON)
    later = seen(certificate("docs.python.org", 90, trouble="odd"), 443, NOON + timedelta(hours=1))
    other = seen(certificate("docs.python.org", 5), 8443, NOON)
    far = seen(certificate("wiki.python.org", 7), 443, NOON)
    for one in (first, other, far, later):
        await memory.keep(one)

    assert list(await SqlCertificates(db).all()) == [other, far, later]
    assert list(await memory.of(["wiki.python.org", "nobody.test"])) == [far]
    assert {one.port for one in await memory.of(["docs.python.org"])} == {443, 8443}
    assert list(await memory.of([])) == []

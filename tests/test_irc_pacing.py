"""What the IRC queue lets out, when, and in which order."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psfbot.errors import DeliveryError
from psfbot.platforms.irc.pacing import PATIENCE, Full, Queue, Rank

HELD = (Rank.URGENT, Rank.REPLY, Rank.ALERT, Rank.BULK)
NEVER_HELD = (Rank.PONG, Rank.AUTH)


def texts(queue, now=0.0):
    """All that may go at this moment."""
    found = []
    while line := queue.take(now):
        found.append(line.text)
    return found


def emptied(queue, now=0.0):
    """All lines and when each went, when taken as soon as may be."""
    found = []
    while (wait := queue.wait(now)) is not None:
        now += wait
        line = queue.take(now)
        assert line is not None, "wait() promised a line"
        found.append((now, line))
    return found


def filled(ranks, **settings):
    queue = Queue(**settings)
    for number, rank in enumerate(ranks):
        queue.put(f"{rank.name} {number}", rank)
    return queue


def test_a_burst_goes_at_once_then_one_line_each_interval():
    went = emptied(filled([Rank.REPLY] * 7))

    assert [at for at, _ in went] == pytest.approx([0, 0, 0, 0, 2, 4, 6], abs=1e-5)


def test_a_quiet_time_earns_no_more_than_one_burst():
    queue = filled([Rank.REPLY] * 9)
    texts(queue)

    assert len(texts(queue, now=1000)) == 4


def test_without_an_interval_nothing_waits():
    assert len(texts(filled([Rank.BULK] * 60, interval=0))) == 60


def test_smaller_ranks_go_first_and_each_keeps_its_order():
    queue = filled([Rank.BULK, Rank.ALERT, Rank.REPLY, Rank.AUTH, Rank.PONG, Rank.REPLY], interval=0)

    assert texts(queue) == ["PONG 4", "AUTH 3", "REPLY 2", "REPLY 5", "ALERT 1", "BULK 0"]


def test_what_is_urgent_goes_before_answers_and_other_alerts_but_not_for_ever():
    queue = filled([Rank.BULK, Rank.ALERT, Rank.REPLY, Rank.URGENT, Rank.URGENT, Rank.URGENT], interval=0)

    assert texts(queue) == ["URGENT 3", "URGENT 4", "REPLY 2", "ALERT 1", "URGENT 5", "BULK 0"]


@pytest.mark.parametrize("rank", NEVER_HELD)
def test_pong_and_login_never_wait_but_count(rank):
    queue = filled([Rank.REPLY] * 5)
    texts(queue)
    queue.put("now", rank)

    assert queue.wait(0) == 0
    assert texts(queue) == ["now"]
    assert queue.wait(0) == pytest.approx(4)


def test_an_empty_queue_has_nothing_to_wait_for():
    assert Queue().wait(5) is None
    assert Queue().take(5) is None


def test_a_flood_wait_is_counted_once_a_line():
    queue = filled([Rank.REPLY] * 6)
    for moment in (0, 0.5, 1, 2, 2.5, 3, 4):
        texts(queue, moment)

    assert (queue.waits, queue.depth) == (2, 0)


def test_a_line_that_went_at_once_is_no_flood_wait():
    queue = filled([Rank.REPLY] * 4)
    texts(queue)
    texts(queue, 1)

    assert queue.waits == 0


def test_sixty_replies_go_before_sixty_lines_of_bulk():
    ranks = [line.rank for _, line in emptied(filled([Rank.BULK] * 60 + [Rank.REPLY] * 60))]

    assert ranks == [Rank.REPLY] * 60 + [Rank.BULK] * 60


def test_a_newer_line_of_the_same_key_takes_the_place_of_the_older():
    queue = Queue(interval=0)
    first = queue.put("3 alerts", Rank.ALERT, key="digest")
    queue.put("other", Rank.ALERT)
    second = queue.put("4 alerts", Rank.ALERT, key="digest")

    assert second == first
    assert texts(queue) == ["4 alerts", "other"]


def test_a_newer_line_of_a_smaller_rank_takes_the_older_along():
    queue = Queue(interval=0)
    queue.put("WHO #a", Rank.BULK, key="who")
    queue.put("owner?", Rank.ALERT)
    queue.put("WHO #a", Rank.REPLY, key="who")

    assert texts(queue) == ["WHO #a", "owner?"]


def test_a_key_is_free_again_once_its_line_has_gone():
    queue = Queue(interval=0)
    first = queue.put("JOIN #a", Rank.REPLY, key="join #a")
    texts(queue)

    assert queue.put("JOIN #a", Rank.REPLY, key="join #a") != first
    assert texts(queue) == ["JOIN #a"]


def test_a_line_with_a_key_replaces_even_when_the_queue_is_full():
    queue = Queue(limit=2)
    queue.put("old", Rank.ALERT, key="k")
    queue.put("x", Rank.ALERT)

    assert queue.put("new", Rank.ALERT, key="k") == 1


def test_a_line_of_a_group_has_no_key():
    with pytest.raises(ValueError, match="give it a key or a group"):
        Queue().put("a", Rank.BULK, key="k", group=1)


def test_a_group_that_has_begun_is_finished_before_other_lines_but_not_before_a_pong():
    queue = Queue(interval=0)
    queue.put_all(["a1", "a2", "a3"], Rank.ALERT)
    begun = queue.take(0)
    queue.put("reply", Rank.REPLY)
    queue.put("pong", Rank.PONG)

    assert begun is not None
    assert begun.text == "a1"
    assert texts(queue) == ["pong", "a2", "a3", "reply"]


def test_a_group_stays_together_although_its_lines_were_put_apart():
    queue = Queue(interval=0)
    queue.put("a1", Rank.BULK, group=1)
    queue.put("b1", Rank.BULK, group=2)
    queue.put("a2", Rank.BULK, group=1)

    assert texts(queue) == ["a1", "a2", "b1"]


def test_two_messages_of_several_lines_are_two_groups():
    queue = Queue(interval=0)
    queue.put_all(["a1", "a2"], Rank.BULK)
    queue.put_all(["b1", "b2"], Rank.REPLY)

    assert texts(queue) == ["b1", "b2", "a1", "a2"]


@pytest.mark.parametrize("rank", [Rank.REPLY, Rank.ALERT])
def test_a_full_queue_refuses_for_now(rank):
    queue = filled([rank] * 500)

    with pytest.raises(Full, match="500 lines already wait") as refused:
        queue.put("one more", rank)
    assert isinstance(refused.value, DeliveryError)
    assert not refused.value.final


def test_bulk_leaves_half_of_the_queue_to_others():
    queue = filled([Rank.BULK] * 250)
    with pytest.raises(Full):
        queue.put("more bulk", Rank.BULK)
    for number in range(250):
        queue.put(f"alert {number}", Rank.ALERT)

    assert (queue.depth, queue.room(Rank.REPLY)) == (500, 0)


@pytest.mark.parametrize("rank", NEVER_HELD)
def test_a_full_queue_still_takes_pong_and_login(rank):
    queue = filled([Rank.REPLY] * 500)
    queue.put("now", rank)

    assert queue.depth == 501


def test_a_message_waits_whole_or_not_at_all():
    queue = filled([Rank.REPLY] * 499)
    with pytest.raises(Full):
        queue.put_all(["a", "b"], Rank.REPLY)

    assert queue.depth == 499


def test_a_line_can_be_taken_back_until_it_has_gone():
    queue = Queue(interval=0)
    gone, kept = queue.put("a", Rank.REPLY), queue.put("b", Rank.REPLY)
    queue.take(0)

    assert not queue.drop(gone)
    assert queue.drop(kept)
    assert not queue.drop(kept)
    assert texts(queue) == []


def test_a_lost_link_returns_what_was_never_sent_and_the_next_starts_afresh():
    queue = filled([Rank.BULK] + [Rank.REPLY] * 5)
    texts(queue)

    assert [line.text for line in queue.clear()] == ["REPLY 5", "BULK 0"]
    assert (queue.depth, queue.wait(0)) == (0, None)
    queue.put("a", Rank.REPLY)
    assert texts(queue) == ["a"]


def test_what_was_said_to_be_let_in_does_not_hold_up_the_first_join():
    queue = filled([Rank.AUTH] * 9 + [Rank.REPLY])
    texts(queue)
    queue.fresh()

    assert texts(queue) == ["REPLY 9"]


@given(st.integers(1, 5))
def test_alerts_get_every_third_line_beside_replies_without_end(alerts):
    queue = filled([Rank.ALERT] * alerts, interval=0)
    ranks = []
    for _ in range(3 * alerts):
        queue.put("reply", Rank.REPLY)
        line = queue.take(0)
        assert line is not None
        ranks.append(line.rank)

    assert ranks == ([Rank.REPLY] * 2 + [Rank.ALERT]) * alerts


@pytest.mark.parametrize("above", [(Rank.REPLY,), (Rank.ALERT,), (Rank.REPLY, Rank.ALERT)])
def test_bulk_is_told_although_others_never_cease(above):
    queue = filled([Rank.BULK] * 10, interval=0)
    places = []
    for place in range(400):
        queue.put("other", above[place % len(above)])
        line = queue.take(0)
        assert line is not None
        if line.rank is Rank.BULK:
            places.append(place)

    assert len(places) == 10
    assert places[0] in range(PATIENCE[Rank.BULK], PATIENCE[Rank.BULK] + 3)
    assert max(later - one for one, later in pairwise(places)) <= 6


def test_bulk_that_is_taken_back_now_and_then_has_its_turn_too():
    queue, ticket = Queue(interval=0), 0
    for place in range(300):
        if place % 3 == 0:
            queue.drop(ticket)
            ticket = queue.put("bulk", Rank.BULK)
        queue.put("other", Rank.REPLY)
        line = queue.take(0)
        assert line is not None
        if line.rank is Rank.BULK:
            break

    assert place == PATIENCE[Rank.BULK]


def test_what_a_stalled_link_keeps_back_is_never_more_than_the_window():
    queue = filled([Rank.REPLY] * 11, window=6)
    sent = [line.ticket for moment in range(0, 200, 2) for line in iter(lambda now=moment: queue.take(now), None)]

    assert sent == [1, 2, 3, 4, 5, 6]
    assert queue.wait(200) is None
    queue.put("pong", Rank.PONG)
    assert texts(queue, 200) == ["pong"]
    queue.arrived(3)
    assert texts(queue, 300) == ["REPLY 6", "REPLY 7", "REPLY 8"]


def test_what_a_stalled_link_let_through_at_once_counts_from_then_on():
    queue = filled([Rank.REPLY] * 12, window=8)
    sent = [line.ticket for moment in range(0, 100, 2) for line in iter(lambda now=moment: queue.take(now), None)]
    queue.arrived(sent[-1], late=100)

    assert len(sent) == 8
    assert queue.wait(100) == pytest.approx(10)
    assert len(texts(queue, 111)) == 1


def test_an_arrival_that_is_not_ours_opens_nothing():
    queue = filled([Rank.REPLY] * 3, window=2)
    texts(queue)
    queue.arrived(99)

    assert queue.take(0) is None


STEPS = st.lists(st.tuples(st.sampled_from(Rank), st.floats(0, 9)), min_size=1, max_size=80)
PACES = st.tuples(st.integers(1, 6), st.sampled_from([0.25, 1.0, 2.0, 3.3]))


def played(steps, burst, interval):
    """Put lines at odd moments, taking whatever may go at each and then the rest as soon as it may."""
    queue, now, went = Queue(burst=burst, interval=interval), 0.0, []
    for rank, pause in steps:
        queue.put("a", rank)
        while line := queue.take(now):
            went.append((now, line))
        now += pause
    return went + emptied(queue, now)


@given(STEPS, PACES)
@settings(max_examples=300, deadline=None)
def test_no_stretch_that_ends_with_a_held_line_has_more_than_the_burst_and_one_an_interval(steps, pace):
    burst, interval = pace
    went = played(steps, burst, interval)

    for last, (end, line) in enumerate(went):
        for first in range(last + 1):
            lines, elapsed = last - first + 1, end - went[first][0]
            extra = 0 if line.rank in HELD else sum(other.rank in NEVER_HELD for _, other in went[first : last + 1])
            assert lines <= burst + elapsed / interval + extra + 1e-4


@given(STEPS, PACES)
@settings(deadline=None)
def test_every_line_goes_out_once(steps, pace):
    went = played(steps, *pace)

    assert sorted(line.ticket for _, line in went) == list(range(1, len(steps) + 1))
    assert all(line.rank == steps[line.ticket - 1][0] for _, line in went)


@given(st.lists(st.tuples(st.sampled_from([*HELD, Rank.PONG]), st.floats(0, 9)), min_size=1, max_size=80))
@settings(deadline=None)
def test_a_server_that_counts_two_a_line_and_kills_at_ten_never_does(steps):
    steps = [(rank, pause if rank is not Rank.PONG else max(pause, 30.0)) for rank, pause in steps]
    penalty, ticked = 0, 0
    for moment, line in played(steps, 4, 2.0):
        ticks = int(moment + 1e-4)
        penalty = max(0, penalty - (ticks - ticked)) + (2 if line.rank in HELD else 0)
        ticked = ticks

        assert penalty < 10

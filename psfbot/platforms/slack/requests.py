"""Answers to what Slack posts to `/slack/events`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from psfbot.platforms.slack.bolt import over_http
from psfbot.platforms.slack.office import Office, said_in
from psfbot.platforms.slack.signature import Proof

SENTENCES = {
    Proof.FORGED: "The signature does not fit the body. Compare PSFBOT_SLACK_SIGNING_SECRET with the app's page.",
    Proof.OLD: "This request is too old to be taken. Is the clock of this machine right?",
    Proof.UNREADABLE: "The time of this request cannot be read.",
    Proof.MISSING: "This address takes requests that Slack has signed; this one is not.",
    Proof.UNREADY: "psfbot cannot take this now. Send it again soon.",
}
NO_WORDS = "This body cannot be read."


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, and the JSON that goes with it."""

    status: int
    body: bytes = b""


def refusal(proof: Proof) -> Answer:
    """Why a request is not taken."""
    return Answer(503 if proof is Proof.UNREADY else 401, json.dumps({"error": SENTENCES[proof]}).encode())


async def answer(office: Office, headers: Mapping[str, str], body: bytes) -> Answer:
    """What Bolt says to a genuine request; our own trouble is a 503, so that Slack sends it again."""
    request = over_http(headers, body)
    if request is None:
        return Answer(400, json.dumps({"error": NO_WORDS}).encode())
    response, heard = await office.listener.take(request)
    if response.status >= 500:  # noqa: PLR2004
        return refusal(Proof.UNREADY)
    if heard:
        office.begin(request.body)
    return Answer(200, json.dumps(said_in(response.body)).encode() if response.body else b"")

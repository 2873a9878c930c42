"""The floor: a bot that answers from a dict, and does nothing else that a bot should do.

python bench/irc_peers/raw.py PORT NICK ROOM ANSWERS.json
"""

import asyncio
import json
import sys
from pathlib import Path

PORT, NICK, ROOM, FILE = sys.argv[1:5]
KNOWN: dict[str, list[str]] = json.loads(Path(FILE).read_text("utf-8"))


def answer(line: str) -> str:
    """What to send after a line of the server."""
    if line.startswith("PING"):
        return f"PONG{line[4:]}\r\n"
    words = line.split(" ", 3)
    if len(words) > 1 and words[1] == "001":
        return f"JOIN {ROOM}\r\n"
    if len(words) < 4 or words[1] != "PRIVMSG" or not words[3].startswith(f":{NICK}: who owns "):  # noqa: PLR2004
        return ""
    nick = words[0][1:].partition("!")[0]
    target, prefix = (words[2], f"{nick}: ") if words[2] == ROOM else (nick, "")
    first, *rest = KNOWN.get(words[3].rpartition(" ")[2].rstrip("?"), ["I know no such service."])
    return "".join(f"PRIVMSG {target} :{said}\r\n" for said in (prefix + first, *rest))


async def main() -> None:
    """Answer until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(PORT))
    writer.write(f"NICK {NICK}\r\nUSER {NICK} 0 * :a bench\r\n".encode())
    while line := await reader.readline():
        if said := answer(line.decode().rstrip("\r\n")):
            writer.write(said.encode())
            await writer.drain()


asyncio.run(main())

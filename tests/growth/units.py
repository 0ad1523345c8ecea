"""Every commune's own system, in a process of its own: ``python -m tests.growth.units SECONDS`` prints its port.

Plain asyncio on sockets, so that what is measured is lotrinh and not a web framework.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime

CAMPAIGN = "bau-cu-2026"
STEPS = [{"id": "quyet-dinh-to-bau-cu", "state": "done", "completed_on": "2026-01-29"}]


def answer(code: str) -> bytes:
    """Say what the commune has done, now."""
    said = {"schema": "lotrinh.status/1", "unit": code, "campaign": CAMPAIGN, "steps": STEPS}
    body = json.dumps(said | {"generated_at": datetime.now(UTC).isoformat()}).encode()  # noqa: TID251 - a system of its own
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def serve(latency: float) -> None:
    """Answer each question after so many seconds, until the process is ended."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(latency)
                writer.write(answer(request.split(b" ", 2)[1].decode().strip("/")))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - how who started it learns the port
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))

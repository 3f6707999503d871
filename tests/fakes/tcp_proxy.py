"""TCP proxy on loopback that can turn a network off: it refuses, or swallows without an answer."""

import asyncio
import socket
import struct
from typing import Literal, Self
from urllib.parse import urlsplit

from tests.fakes.loop_thread import LoopThread

Mode = Literal["forward", "refuse", "swallow"]
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class TcpProxy:
    """Proxy to `target` (an http URL); its methods block."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname, parts.port)
        self._mode: Mode = "forward"
        self._connections: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = {}
        self._lossy: set[asyncio.StreamWriter] = set()

    def start(self) -> Self:
        self._thread = LoopThread("tcp-proxy")
        self._server = self._thread.run(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    def stop(self) -> None:
        self._thread.run(self._stop())
        self._thread.stop()

    def refuse(self) -> None:
        """Reset every connection, and every new one."""
        self._thread.run(self._enter("refuse"))

    def swallow(self) -> None:
        """Keep connections open, accept new ones, and let every byte vanish, both ways."""
        self._thread.run(self._enter("swallow"))

    def resume(self) -> None:
        """Forward again, and reset connections that lost bytes, since their streams have holes."""
        self._thread.run(self._enter("forward"))

    async def _enter(self, mode: Mode) -> None:
        self._mode = mode
        for task, ends in list(self._connections.items()):
            if mode == "refuse" or self._lossy.intersection(ends):
                _reset(ends)
                task.cancel()

    async def _stop(self) -> None:
        self._server.close()
        await self._enter("refuse")

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        ends = self._connections[task] = [writer]
        try:
            if self._mode == "refuse":
                return _reset(ends)
            far_reader, far_writer = await asyncio.open_connection(*self._target)
            ends.append(far_writer)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, far_writer))
                group.create_task(self._pump(far_reader, writer))
        except* ConnectionError:
            _reset(ends)
        finally:
            self._lossy.difference_update(self._connections.pop(task))
            for end in ends:
                end.close()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while chunk := await source.read(65536):
            if not self._loses(sink):
                sink.write(chunk)
                await sink.drain()
        if not self._loses(sink):
            sink.write_eof()

    def _loses(self, sink: asyncio.StreamWriter) -> bool:
        """Whether bytes for this end vanish now or have vanished."""
        if self._mode == "swallow":
            self._lossy.add(sink)
        return sink in self._lossy


def _reset(ends: list[asyncio.StreamWriter]) -> None:
    for writer in ends:
        if not writer.is_closing():
            raw: socket.socket = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            writer.transport.abort()

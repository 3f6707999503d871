"""Sampler of how long `/healthz` takes: `python lag_probe.py PORT PID`, until its standard input is closed.

A process of its own and the standard library alone, so that the attacker's work in the test's process does
not delay the samples. One line for each sample: lag and delay in ms. The delay is the answer's wall time.
The lag is the delay without the time for which the server's main thread, or this process, was ready to run
but had no processor (Linux's schedstat): what remains is the server's own doing, on however busy a machine.
"""

import select
import socket
import sys
import time
from pathlib import Path

INTERVAL_S = 0.02
TIMEOUT_S = 60.0


def waited_ns(pid: int) -> int:
    """Return for how long the main thread of a process has waited for a processor."""
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[1])


def connected(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def ask(connection: socket.socket, port: int) -> bool:
    """Ask once; return False when the server has closed the connection."""
    connection.sendall(f"GET /healthz HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
    answer = b""
    while not answer.endswith(b"}"):
        piece = connection.recv(4096)
        if not piece:
            return False
        answer += piece
    return answer.startswith(b"HTTP/1.1 200")


def main(port: int, server: int) -> None:
    connection = connected(port)
    while True:
        began, waited = time.monotonic_ns(), waited_ns(server) + waited_self()
        try:
            is_answered = ask(connection, port)
        except OSError:
            is_answered = False
        delay = time.monotonic_ns() - began
        own = delay - (waited_ns(server) + waited_self() - waited)
        if is_answered:
            print(f"{max(0, own) / 1e6:.2f} {delay / 1e6:.2f}", flush=True)
        else:
            print("lost", flush=True)
            connection.close()
            connection = connected(port)
        if select.select([sys.stdin], [], [], INTERVAL_S)[0]:
            return


def waited_self() -> int:
    return int(Path("/proc/self/schedstat").read_text().split()[1])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

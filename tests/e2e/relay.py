# SPDX-License-Identifier: LGPL-2.1-or-later
"""A stretch of bad network between two ends: a UDP relay that loses, delays and reorders."""
import heapq
import random
import re
import select
import socket
import threading
import time

_CANDIDATE = re.compile(r"^(a=candidate:\S+ 1 udp \d+) \S+ (\d+) typ host.*$", re.I | re.M)
_OTHER_CANDIDATE = re.compile(r"^a=candidate:.*\r\n", re.M)
_PORT = re.compile(r"^(m=\w+) [1-9]\d* ", re.M)


class Relay:
    """Each end takes the relay for the other one, by descriptions that pass through redirect()."""

    def __init__(self, seed):
        self._random = random.Random(seed)
        self._sockets = []
        for _ in range(2):
            one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            one.bind(("127.0.0.1", 0))
            self._sockets.append(one)
        # where the end of that number really is
        self._ends = [None, None]
        self._late = []
        self._loss = self._delay = self._jitter = 0.0
        self.passed = self.lost = 0
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def worsen(self, loss, delay, jitter):
        """loss: a part of 1; delay: seconds; jitter: how many seconds may be added."""
        self._loss, self._delay, self._jitter = loss, delay, jitter

    def redirect(self, number, sdp):
        """sdp: by the end of that number (0 or 1). Returns: the same with the relay's address."""
        found = _CANDIDATE.search(sdp)
        if not found:
            raise AssertionError("no candidate in:\n" + sdp)
        self._ends[number] = ("127.0.0.1", int(found.group(2)))
        port = self._sockets[1 - number].getsockname()[1]
        line = "%s 127.0.0.1 %d typ host\r\n" % (found.group(1), port)
        lines = _OTHER_CANDIDATE.sub("", sdp[found.end():].lstrip("\r\n"))
        return _PORT.sub(r"\1 %d " % port, _OTHER_CANDIDATE.sub("", sdp[:found.start()])
                         + line + lines)

    def _run(self):
        while not self._is_closed:
            wait = self._late[0][0] - time.monotonic() if self._late else 0.1
            readable, _, _ = select.select(self._sockets, [], [], min(0.1, max(0, wait)))
            for one in readable:
                self._take(self._sockets.index(one))
            self._send_due()

    def _take(self, number):
        """What comes to socket n is by end n, for it takes that socket for the other end."""
        data, _ = self._sockets[number].recvfrom(65536)
        if self._random.random() < self._loss:
            self.lost += 1
            return
        self.passed += 1
        due = time.monotonic() + self._delay + self._random.random() * self._jitter
        heapq.heappush(self._late, (due, self.passed, number, data))

    def _send_due(self):
        while self._late and self._late[0][0] <= time.monotonic():
            _, _, number, data = heapq.heappop(self._late)
            if self._ends[1 - number]:
                self._sockets[1 - number].sendto(data, self._ends[1 - number])

    def close(self):
        self._is_closed = True
        self._thread.join()
        for one in self._sockets:
            one.close()

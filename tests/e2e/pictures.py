# SPDX-License-Identifier: LGPL-2.1-or-later
"""Looks at pictures: those of recordings, and those that programs give as YUV4MPEG2."""
import io
import socket
import subprocess

import tap
from rpc import WATCHDOG_SECONDS

# Colours in Y, U and V.
RED, GREEN, BLUE = (81, 90, 240), (145, 54, 34), (41, 240, 110)

_DECODER = ["matroskademux", "!", "vp8dec", "!", "videoconvert", "!", "y4menc", "!", "fdsink", "fd=1"]


class Picture:
    """One picture in I420."""

    def __init__(self, width, height, data):
        self.width, self.height = width, height
        half = (width + 1) // 2 * ((height + 1) // 2)
        self._y = data[:width * height]
        self._u, self._v = data[width * height:-half], data[-half:]

    @property
    def size(self):
        return self.width, self.height

    @property
    def colour(self):
        """The means of Y, U and V."""
        return tuple(sum(plane) / len(plane) for plane in (self._y, self._u, self._v))

    @property
    def contrast(self):
        """The range of the brightness."""
        return max(self._y) - min(self._y)

    def count_changes(self, other):
        """Returns: how many points of the other picture are clearly lighter or darker."""
        return sum(abs(ours - theirs) > 40 for ours, theirs in zip(self._y, other._y))


def _read_line(stream):
    line = stream.readline(200)
    if line and not line.endswith(b"\n"):
        raise AssertionError("a picture's header breaks off: %r" % line)
    return line.rstrip(b"\n")


def read(stream):
    """Gives the pictures of a binary file in YUV4MPEG2, until it ends."""
    header = _read_line(stream).split(b" ")
    if header == [b""]:
        return
    if header[0] != b"YUV4MPEG2":
        raise AssertionError("no YUV4MPEG2: %r" % header)
    parts = {part[:1]: part[1:] for part in header[1:]}
    width, height = int(parts[b"W"]), int(parts[b"H"])
    length = width * height + 2 * ((width + 1) // 2) * ((height + 1) // 2)
    while True:
        line = _read_line(stream)
        if not line:
            return
        if line.split(b" ")[0] != b"FRAME":
            raise AssertionError("no picture begins with %r" % line)
        data = stream.read(length)
        if len(data) < length:
            raise AssertionError("a picture breaks off")
        yield Picture(width, height, data)


def decode(path):
    """Returns: the pictures of a WebM or Matroska file with VP8 as far as it is written."""
    command = ["gst-launch-1.0", "-q", "filesrc", "location=" + path, "!", *_DECODER]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          timeout=WATCHDOG_SECONDS)
    return list(read(io.BytesIO(done.stdout)))


def has_colour(picture, colour):
    return all(abs(found - expected) < 24 for found, expected in zip(picture.colour, colour))


class Screen:
    """Shows what comes from a socket."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(WATCHDOG_SECONDS)
        self._socket.connect(path)
        self._stream = self._socket.makefile("rb")
        self._pictures = read(self._stream)

    def look(self):
        return next(self._pictures)

    def wait_for(self, size, colour):
        """Until that comes; the size never changes."""
        picture = self.look()
        while not has_colour(picture, colour):
            tap.equal(picture.size, size, "size")
            picture = self.look()
        tap.equal(picture.size, size, "size")

    def read_to_end(self):
        while self._stream.read(65536):
            pass

    def close(self):
        self._stream.close()
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

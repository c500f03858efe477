# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who hears whom: calls of several daemons, each of which sends a tone of its own."""
import os
import time
import wave

import sound
import tap
from handset import tell
from rpc import WATCHDOG_SECONDS

# How long an ear listens, and for how much of that time it has to hear what it is to hear.
STRETCH = 0.7
ENOUGH = 0.35

# How long a recording may take to be there at all.
GRACE = 2

# In dBFS: what counts as heard, and what as not heard at all. The tones are sent at -12.
HEARD, UNHEARD = -18, -40

HOLD = ["HOLD START", "HOLD UPDATE", "HOLD FINISH", "state from Connected"]
HELD = ["HOLD FINISH remote", "state from Connected"]


class Line:
    """One call of one daemon, as its user hears it."""

    count = 0

    def __init__(self, scene, daemon, call):
        self.daemon = daemon
        self.client = daemon.client
        self.call = call
        self._folder = scene.folder
        self._path = None
        self._told = 0

    def get(self):
        return self.daemon.get(self.call)

    def run(self, method, **params):
        """Returns: what the operation on this call ends in."""
        return self.client.call(method, callId=self.call, await_=True, **params)

    def wait_for(self, state, local=None, remote=None):
        """Waits for a state, and for hold flags where they are given."""
        def is_so():
            call = self.get()
            return (call["state"] == state and local in (None, call.get("localHold"))
                    and remote in (None, call.get("remoteHold")))
        self.client.poll(is_so, what="%s: %s" % (self.daemon.name, (state, local, remote)))

    def take_told(self):
        """Returns: the events since the last time, a short line each."""
        lines = tell(self.client, self.call)
        new, self._told = lines[self._told:], len(lines)
        return new

    def start_listening(self):
        Line.count += 1
        self._path = os.path.join(self._folder, "heard-%d.wav" % Line.count)
        self.client.call("call.changeSpeaker", callId=self.call, speakerId="file:" + self._path)

    def stop_listening(self):
        """Returns: the recording, or None when there was nothing to record."""
        self.client.call("call.changeSpeaker", callId=self.call, speakerId="null")
        # A call without media has opened nothing.
        deadline = time.monotonic() + GRACE
        self.client.poll(lambda: self._is_complete() or not self._exists() and
                         time.monotonic() > deadline, what="a recording")
        if not self._exists():
            return None
        with wave.open(self._path, "rb") as file:
            empty = file.getnframes() == 0
        recording = None if empty else sound.Recording(self._path)
        os.unlink(self._path)
        return recording

    def _exists(self):
        return os.path.exists(self._path)

    def _is_complete(self):
        try:
            with wave.open(self._path, "rb") as file:
                frames, width = file.getnframes(), file.getsampwidth() * file.getnchannels()
        except (wave.Error, EOFError, FileNotFoundError):
            return False
        # what the header says is only true when the file is closed
        return 0 <= os.path.getsize(self._path) - frames * width < 128


def _judge(recording, wanted, known):
    """Returns: None, or what is wrong with what was heard."""
    for hz in sorted(known):
        level = recording.level_of(hz) if recording else -120
        seconds = recording.duration_of(hz) if recording else 0
        if hz in wanted and (level < HEARD or seconds < ENOUGH):
            return "%d Hz at %.0f dBFS for %.2f s" % (hz, level, seconds)
        if hz not in wanted and level > UNHEARD:
            return "%d Hz, at %.0f dBFS" % (hz, level)
    return None


def check_heard(expected, known):
    """Listens at all lines at once until each hears the tones that it is to hear and none else.

    expected: what each Line is to hear, in Hz. known: all tones that there are.
    """
    deadline = time.monotonic() + WATCHDOG_SECONDS
    while True:
        for line in expected:
            line.start_listening()
        time.sleep(STRETCH)
        recordings = {line: line.stop_listening() for line in expected}
        wrong = {line.daemon.name: _judge(recordings[line], wanted, known)
                 for line, wanted in expected.items()}
        wrong = {name: why for name, why in wrong.items() if why}
        if not wrong:
            return
        if time.monotonic() > deadline:
            raise AssertionError("what is heard: %r" % wrong)


def connect(scene, a, b, a_hz, b_hz):
    """Returns: the two lines of a call in which both are heard."""
    ours = Line(scene, a, a.make(b.address, "tone:%d" % a_hz))
    theirs = Line(scene, b, b.wait_for_call())
    b.answer(theirs.call, "tone:%d" % b_hz)
    for line in (ours, theirs):
        line.wait_for("Connected")
    ours.take_told()
    theirs.take_told()
    return ours, theirs


def hold(ours, theirs, skip=False):
    """skip: what was told before is of no interest."""
    if skip:
        ours.take_told()
        theirs.take_told()
    ours.run("call.hold")
    theirs.wait_for("On Hold", False, True)
    tap.equal(ours.take_told(), HOLD)
    told = theirs.take_told()
    tap.equal(told[:len(HELD)], HELD)

# SPDX-License-Identifier: LGPL-2.1-or-later
"""A call between a daemon and a page in a browser, and what is heard of it.

Every page offers the same object `party` (see browser/party.js): signIn, make, answer, hold …,
state, hear and see.
"""
import os
import shutil
import tempfile
import time

import sound
import tap
from chromium import Browser
from handset import in_real_time

_PAGES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "browser")
DAEMON_HZ, BROWSER_HZ = 1000, 700


class Talk:
    """A call between a daemon and the browser; each speaks in a tone of its own."""

    def __init__(self, scene, browser, browser_calls, page="party.html", before="0"):
        """before: what the page runs before it signs in."""
        address = "browser@sandbox.test"
        self.browser = browser
        self.daemon = scene.daemon("daemon")
        self._heard = scene.path("heard.wav")
        browser.open("about:blank")
        browser.open("file://" + os.path.join(_PAGES, page))
        browser.run(before)
        browser.run("party.signIn('https://127.0.0.1:%d', '%s')" % (scene.sandbox.port, address))
        microphone, speaker = "tone:%d" % DAEMON_HZ, "file:" + self._heard
        if browser_calls:
            browser.run("party.make('%s', %d)" % (self.daemon.address, BROWSER_HZ))
            self.call = self.daemon.wait_for_call()
            self.daemon.answer(self.call, microphone, speaker)
        else:
            self.call = self.daemon.make(address, microphone, speaker)
            self.wait_for_party("state === 'ringing'")
            browser.run("party.answer(%d)" % BROWSER_HZ)
        self.daemon.wait_for_state(self.call, "Connected")
        self.wait_for_party("state === 'up'")
        self.check_heard()

    def wait_for_party(self, condition):
        self.browser.wait_until("party." + condition)

    def change(self, what):
        """The browser does something to the call."""
        self.browser.run("party." + what)

    def run(self, method, **params):
        """The daemon does something to the call, once it is done with what the browser did."""
        self.daemon.client.poll(lambda: "remoteOp" not in self.daemon.get(self.call),
                                what="an end of the browser's change")
        return self.daemon.client.call("call." + method, callId=self.call, await_=True, **params)

    def count(self):
        return sum(entry["packetsReceived"]
                   for entry in self.daemon.get_stats(self.call, "inbound-rtp"))

    def check_heard(self):
        """The browser hears the daemon's tone now, and the daemon gets packets."""
        self.browser.wait_until("party.hear(1).some(({hz}) => Math.abs(hz - %d) < 3)" % DAEMON_HZ)
        before = self.count()
        self.daemon.client.poll(lambda: self.count() > before + 20, what="20 packets")

    def check_silent(self):
        self.wait_for_party("hear(1).length === 0")

        def has_stopped():
            before, end = self.count(), time.monotonic() + 0.2
            self.daemon.client.poll(lambda: time.monotonic() >= end, what="time")
            return self.count() == before
        self.daemon.client.poll(has_stopped, what="an end of packets")

    def check_flags(self, state, local, remote):
        def is_so():
            call = self.daemon.get(self.call)
            return (call["state"], call["localHold"], call["remoteHold"]) == (state, local, remote)
        self.daemon.client.poll(is_so, what=str((state, local, remote)))

    def check_recording(self):
        """Once the call has ended: the daemon heard the browser's tone and nothing else."""
        recording = sound.Recording(self._heard)
        tap.true(recording.duration_of(BROWSER_HZ) > 1, "the browser's tone is missing")
        tap.true(recording.level_of(DAEMON_HZ) < -40, "the daemon hears itself")
        for burst in recording.bursts(gap=0.03):
            if burst.duration > 0.3:
                tap.close(burst.hz, BROWSER_HZ, 2, "frequency of what came from the browser")
                tap.close(burst.level, -12, 1.5, "level of what came from the browser")

    def end(self):
        self.run("end")
        self.wait_for_party("state === 'ended'")
        self.check_recording()


def _as_case(browser, trial):
    def case():
        in_real_time(lambda scene: trial(scene, browser))
    case.__name__ = trial.__name__
    return case


def run(group, trials):
    """Runs trial(scene, browser) for each as a test case, all in one browser."""
    folder = tempfile.mkdtemp(prefix="handset-browser.")
    try:
        with Browser(folder) as browser:
            tap.run(group, [_as_case(browser, trial) for trial in trials])
    finally:
        shutil.rmtree(folder, ignore_errors=True)

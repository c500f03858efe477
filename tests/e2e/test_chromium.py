#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls between a daemon and a browser: a far end that shares no code with the daemon.

The browser's page (browser/party.js) is a small client of the gateway of our own; descriptions and
media are Chromium's.
"""
import os
import shutil
import tempfile
import time

import sound
import tap
from chromium import Browser
from handset import Scene, in_real_time

PAGE = "file://" + os.path.join(os.path.dirname(os.path.abspath(__file__)), "browser", "party.html")
ADDRESS = "browser@sandbox.test"
DAEMON_HZ, BROWSER_HZ = 1000, 700


class Talk:
    """A call between a daemon and the browser; each speaks in a tone of its own."""

    def __init__(self, scene, browser, browser_calls):
        self.browser = browser
        self.daemon = scene.daemon("daemon")
        self._heard = scene.path("heard.wav")
        browser.open("about:blank")
        browser.open(PAGE)
        browser.run("party.signIn('https://127.0.0.1:%d', '%s')" % (scene.sandbox.port, ADDRESS))
        microphone, speaker = "tone:%d" % DAEMON_HZ, "file:" + self._heard
        if browser_calls:
            browser.run("party.make('%s', %d)" % (self.daemon.address, BROWSER_HZ))
            self.call = self.daemon.wait_for_call()
            self.daemon.answer(self.call, microphone, speaker)
        else:
            self.call = self.daemon.make(ADDRESS, microphone, speaker)
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
        """The daemon does something to the call."""
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


def hold_by_turns(scene, browser):
    talk = Talk(scene, browser, browser_calls=False)
    talk.run("hold")
    talk.check_silent()
    talk.check_flags("On Hold", True, False)
    talk.run("unhold")
    talk.check_heard()
    talk.change("hold()")
    talk.check_silent()
    talk.check_flags("On Hold", False, True)
    talk.change("unhold()")
    talk.check_heard()
    # what follows an offer of the other side is composed in another way
    talk.run("hold")
    talk.check_silent()
    talk.run("unhold")
    talk.check_heard()
    talk.check_flags("Connected", False, False)
    talk.end()


def hold_in_other_ways(scene, browser):
    """The browser calls, goes on sending while it holds, and ends the call."""
    talk = Talk(scene, browser, browser_calls=True)
    talk.change("holdWithMusic()")
    talk.wait_for_party("hear(1).length === 0")
    talk.check_flags("On Hold", False, True)
    talk.change("unhold()")
    talk.check_heard()
    talk.change("hold()")
    talk.run("hold")
    talk.check_silent()
    talk.check_flags("On Hold", True, True)
    talk.change("unhold()")
    talk.check_flags("On Hold", True, False)
    talk.check_silent()
    talk.run("unhold")
    talk.check_heard()
    talk.change("end()")
    talk.daemon.wait_for_state(talk.call, "Ended")
    talk.check_recording()


def offer_again(scene, browser):
    """New transports, other roles, media that the daemon does not know."""
    talk = Talk(scene, browser, browser_calls=True)
    for change in ("update()", "updateAsActive()", "restartIce()", "addData()", "restartIce()"):
        talk.change(change)
        talk.check_heard()
    talk.run("hold")
    talk.check_silent()
    talk.run("unhold")
    talk.check_heard()
    talk.check_flags("Connected", False, False)
    talk.end()


def press_keys(scene, browser):
    """The daemon names the browser's keys; the browser plays those of the daemon."""
    talk = Talk(scene, browser, browser_calls=True)
    talk.change("sendDtmf('15', 100, 50)")
    for key in "15":
        event = talk.daemon.client.wait_for("call:dtmfReceived")
        tap.equal((event["callId"], event["tone"]), (talk.call, key))
    talk.check_heard()
    pressing = talk.daemon.client.start("call.sendDTMF", callId=talk.call, tone="5", duration=1000,
                                        await_=True)
    talk.browser.wait_until("[770, 1336].every((key) => party.hear(2).some("
                            "({hz}) => Math.abs(hz - key) < 6))")
    talk.daemon.client.result(pressing)
    talk.check_heard()
    talk.end()


def as_case(browser, trial):
    def case():
        in_real_time(lambda scene: trial(scene, browser))
    case.__name__ = trial.__name__
    return case


def main():
    folder = tempfile.mkdtemp(prefix="handset-browser.")
    try:
        with Browser(folder) as browser:
            tap.run("chromium", [as_case(browser, trial) for trial in (
                hold_by_turns, hold_in_other_ways, offer_again, press_keys)])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

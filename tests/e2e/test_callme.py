#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Visitors of a page call a daemon with the client that the vendor publishes for that.

That client is fetched by tools/interop, which runs this; HS_CALLME is the path of its bundle.
"""
import json
import os

import tap
from talk import Talk, run


class Visit(Talk):
    def __init__(self, scene, browser):
        super().__init__(scene, browser, True, "callme.html", "party.load(%s)" % json.dumps(
            os.environ["HS_CALLME"]))

    def check_both(self, state, theirs, ours):
        """theirs, ours: whether they hold."""
        self.check_flags(state, ours, theirs)
        self.browser.wait_until("JSON.stringify(party.getFlags()) === '%s'" % json.dumps(
            [state, theirs, ours], separators=(",", ":")))


def visitor_holds_and_ends(scene, browser):
    visit = Visit(scene, browser)
    tap.equal(visit.daemon.get(visit.call)["from"], "visitor@sandbox.test")
    visit.change("hold()")
    visit.check_silent()
    visit.check_both("On Hold", True, False)
    visit.change("unhold()")
    visit.check_heard()
    visit.check_both("Connected", False, False)
    visit.change("end()")
    visit.daemon.wait_for_state(visit.call, "Ended")
    visit.check_recording()


def daemon_holds_and_ends(scene, browser):
    visit = Visit(scene, browser)
    visit.run("hold")
    visit.check_silent()
    visit.check_both("On Hold", False, True)
    visit.run("unhold")
    visit.check_heard()
    visit.check_both("Connected", False, False)
    visit.end()


def both_hold(scene, browser):
    visit = Visit(scene, browser)
    visit.change("hold()")
    visit.run("hold")
    visit.check_silent()
    visit.check_both("On Hold", True, True)
    visit.change("unhold()")
    visit.check_both("On Hold", False, True)
    visit.run("unhold")
    visit.check_heard()
    visit.check_both("Connected", False, False)
    visit.end()


def visitor_presses_keys(scene, browser):
    visit = Visit(scene, browser)
    visit.change("sendDtmf('5')")
    tap.equal(visit.daemon.client.wait_for("call:dtmfReceived")["tone"], "5")
    # Each hears 0.4 s: the recording is to hold more than a second of the visitor.
    for _ in range(3):
        visit.check_heard()
    visit.end()


if __name__ == "__main__":
    run("callme", [visitor_holds_and_ends, daemon_holds_and_ends, both_hold, visitor_presses_keys])

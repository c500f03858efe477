#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls between a daemon and a browser: a far end that shares no code with the daemon.

The browser's page (browser/party.js) is a small client of the gateway of our own; descriptions and
media are Chromium's.
"""
import tap
from talk import Talk, run


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


if __name__ == "__main__":
    run("chromium", [hold_by_turns, hold_in_other_ways, offer_again, press_keys])

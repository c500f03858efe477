#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls between a daemon and a browser: a far end that shares no code with the daemon.

The browser's page (browser/party.js) is a small client of the gateway of our own; descriptions and
media are Chromium's.
"""
import pictures
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


def check_seen(talk):
    """The browser shows the daemon's moving picture now."""
    def look():
        return talk.browser.run("party.see()") or {"frames": 0}
    before = look()["frames"]
    talk.browser.wait_until("(party.see() || {frames: 0}).frames > %d" % (before + 5))
    seen = look()
    tap.true(seen["contrast"] > 100 and 40 < seen["light"] < 215, "no test pattern: %r" % seen)
    tap.true(seen["width"] >= 160 and seen["height"] >= 120, "no picture: %r" % seen)


def check_frozen(talk):
    talk.browser.wait_until("party.isFrozen()")


def get_remote_video(talk):
    """Returns: the remote video tracks for which packets come."""
    call = talk.daemon.get(talk.call)
    tracks = [talk.daemon.client.call("media.getTrackById", trackId=track)
              for track in call["remoteTracks"]]
    return [track for track in tracks if track["kind"] == "video" and not track["sourceMuted"]]


def count_decoded(talk):
    report = talk.daemon.client.call("call.getStats", callId=talk.call, await_=True)
    return sum(entry.get("framesDecoded", 0) for entry in report.values())


def record(scene, talk):
    """Returns: pictures that the daemon gets from the browser."""
    track = get_remote_video(talk)[0]["id"]
    path = scene.path("%s.webm" % track)
    place = {"trackIds": [track], "container": "file:" + path}
    before = count_decoded(talk)
    talk.daemon.client.call("media.renderTracks", **place)
    talk.daemon.client.poll(lambda: count_decoded(talk) >= before + 20, what="20 pictures")
    talk.daemon.client.call("media.removeTracks", **place)
    # nothing waits for the end of the file
    talk.daemon.client.poll(lambda: len(pictures.decode(path)) >= 10, what="a recording")
    return pictures.decode(path)


def check_painted(seen):
    """That is Chromium's own picture: things that move, on a ground of a green that is no other's."""
    for picture in seen:
        tap.equal(picture.size, (320, 240), "size")
        light, blue, red = picture.colour
        tap.true(light < 80 and blue < 40 and red < 40, "colour %r" % (picture.colour,))
        tap.true(picture.contrast > 150, "nothing to be seen: %d" % picture.contrast)
    tap.true(max(map(seen[0].count_changes, seen)) > 1000, "nothing moves")


def add_and_remove_video(scene, browser):
    """From the daemon, then from the browser, which takes the line away and uses it again."""
    talk = Talk(scene, browser, browser_calls=False)
    for _ in range(2):
        talk.run("startVideo", videoOptions={"deviceId": "pattern"})
        check_seen(talk)
        talk.run("stopVideo")
        check_frozen(talk)
    for _ in range(2):
        talk.change("addVideo()")
        talk.daemon.client.poll(lambda: get_remote_video(talk), what="video of the browser")
        check_painted(record(scene, talk))
        talk.change("removeVideo()")
        tap.equal(get_remote_video(talk), [], "remote video")
    talk.check_heard()
    talk.run("startVideo", videoOptions={"deviceId": "pattern"})
    check_seen(talk)
    talk.end()


if __name__ == "__main__":
    run("chromium", [hold_by_turns, hold_in_other_ways, offer_again, press_keys,
                     add_and_remove_video])

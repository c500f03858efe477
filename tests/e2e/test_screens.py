#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls in which a daemon shares an X display, which a server without a screen stands in for."""
import contextlib
import glob
import os
import signal
import subprocess
from unittest import mock

import tap
from handset import Process, Scene
from pictures import BLUE, RED, Screen
from rpc import WATCHDOG_SECONDS

SIZE = (320, 240)


class Display(Process):
    """An X server of our own."""

    def __init__(self, folder):
        super().__init__("display", ["Xvfb", "-displayfd", "1", "-noreset", "-nolisten", "tcp",
                                     "-screen", "0", "%dx%dx24" % SIZE], folder)
        with self.killed_on_failure():
            self.name_in_x = ":" + self.read_line().decode().strip()

    def paint(self, colour):
        subprocess.run(["xsetroot", "-display", self.name_in_x, "-solid", colour], check=True,
                       timeout=WATCHDOG_SECONDS)


class Sharing:
    """A call from a, which has a display, to b; both have a microphone."""

    def __init__(self, scene):
        self.scene = scene
        self.display = Display(scene.folder)
        scene.processes.append(self.display)
        with mock.patch.dict(os.environ, DISPLAY=self.display.name_in_x):
            self.a = scene.daemon("a")
        self.b = scene.daemon("b")
        self.ours, self.theirs = self.a.connect_to(self.b)

    def get_screens(self, daemon, call_id, key):
        """Returns: the ids of the call's tracks of video."""
        tracks = [daemon.client.call("media.getTrackById", trackId=track)
                  for track in daemon.get(call_id)[key]]
        return [track["id"] for track in tracks if track["kind"] == "video"]

    def get_shared(self):
        return self.get_screens(self.a, self.ours, "localTracks")

    def get_seen(self):
        return self.get_screens(self.b, self.theirs, "remoteTracks")

    def start(self, **options):
        self.a.client.call("call.startScreenshare", callId=self.ours, await_=True,
                           screenOptions=dict(options, frameRate=10))

    def look(self):
        """Returns: what b sees."""
        path = self.scene.path("frames")
        seen = self.b.client.poll(self.get_seen, what="a track")
        self.b.client.call("media.renderTracks", trackIds=seen, container="frames:" + path)
        return Screen(path)

    def stop(self):
        self.a.client.call("call.stopScreenshare", callId=self.ours, await_=True)
        self.b.client.poll(lambda: not self.get_seen(), what="the end of the track")

    def check_audio(self):
        for daemon, call_id in ((self.a, self.ours), (self.b, self.theirs)):
            before = sum(entry["packetsReceived"]
                         for entry in daemon.get_stats(call_id, "inbound-rtp"))
            daemon.wait_for_packets(call_id, before + 10)


def has_child(process):
    for path in glob.glob("/proc/[0-9]*/stat"):
        with contextlib.suppress(OSError), open(path, encoding="ascii", errors="replace") as file:
            if int(file.read().rsplit(")", 1)[1].split()[1]) == process.pid:
                return True
    return False


def a_display_is_seen_as_it_changes():
    with Scene() as scene:
        sharing = Sharing(scene)
        sharing.display.paint("#ff0000")
        sharing.start()
        with sharing.look() as screen:
            screen.wait_for(SIZE, RED)
            sharing.display.paint("#0000ff")
            screen.wait_for(SIZE, BLUE)
            sharing.stop()
            tap.equal(sharing.get_shared(), [], "what is shared")
            # once more by its name, and smaller; this is another track, which ends the first for good
            sharing.start(deviceId="x11" + sharing.display.name_in_x, width=160, height=120)
            screen.read_to_end()
        with sharing.look() as screen:
            screen.wait_for((160, 120), BLUE)
            tap.true(has_child(sharing.a), "the display is read by another process")
            # nobody waits for a display that does not answer
            sharing.display.send_signal(signal.SIGSTOP)
            sharing.stop()
            sharing.a.client.poll(lambda: not has_child(sharing.a), what="the reader's end")
            sharing.display.send_signal(signal.SIGCONT)
        sharing.check_audio()


def a_call_outlives_its_display():
    with Scene() as scene:
        sharing = Sharing(scene)
        sharing.display.paint("#ff0000")
        sharing.start()
        with sharing.look() as screen:
            screen.wait_for(SIZE, RED)
            shared = sharing.get_shared()
            scene.stop(sharing.display)
            ended = sharing.a.client.wait_for("call:trackEnded")
            tap.equal((ended["callId"], [ended["trackId"]]), (sharing.ours, shared), "the end")
        tap.equal(sharing.get_shared(), [], "what is shared")
        sharing.check_audio()
        # one that is gone is refused, what needs none is not
        error = sharing.a.client.refused("call.startScreenshare", callId=sharing.ours, await_=True)
        tap.true('cannot use "x11"' in error.message, "the screen is named in %r" % error)
        sharing.check_audio()


def without_a_display_none_is_shared():
    with Scene() as scene, mock.patch.dict(os.environ):
        os.environ.pop("DISPLAY", None)
        daemon = scene.daemon("a")
        for screen, why in (("x11", "DISPLAY is not set"), ("x11:59999", 'cannot use "x11:59999"')):
            error = daemon.client.refused(
                "call.make", destination="b@sandbox.test", await_=True,
                media={"audio": True, "audioOptions": {"deviceId": "silence"},
                       "screen": True, "screenOptions": {"deviceId": screen}})
            tap.true(why in error.message, "%s is not said in %r" % (why, error))


if __name__ == "__main__":
    tap.run("screens", [a_display_is_seen_as_it_changes, a_call_outlives_its_display,
                        without_a_display_none_is_shared])

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs at a Unix socket as microphone and speaker."""
import os
import socket
import threading
import time

import sound
import tap
from handset import Scene, audio_from, in_real_time
from rpc import WATCHDOG_SECONDS

SPOKEN_SECONDS = 1.5

# The jitter buffer and the codec may add and blur that much.
BLUR_SECONDS = 0.12


def join(path):
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(WATCHDOG_SECONDS)
    client.connect(path)
    return client


class Ear:
    """A program that hears: all it gets from the socket, until that ends or it goes away."""

    def __init__(self, client):
        self._client = client
        self._heard = bytearray()
        self._ended = False
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self):
        while True:
            data = self._client.recv(65536)
            if not data:
                self._ended = True
                return
            self._heard += data

    def wait_for(self, seconds):
        """Waits until it has heard so much sound."""
        deadline = time.monotonic() + WATCHDOG_SECONDS
        while len(self._heard) < 2 * sound.RATE * seconds:
            if time.monotonic() > deadline:
                raise AssertionError("%d bytes are all that is heard" % len(self._heard))
            time.sleep(0.01)

    def leave(self):
        self._client.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._client.close()

    def wait_for_end(self):
        self._thread.join(WATCHDOG_SECONDS)
        tap.true(self._ended, "the socket did not end")
        self._client.close()

    def record(self, path):
        """Returns: what it has heard, which must be whole samples."""
        tap.equal(len(self._heard) % 2, 0, "half a sample")
        samples = sound.silence(0)
        samples.frombytes(bytes(self._heard))
        sound.write(path, samples)
        return sound.Recording(path)


def check_gone(*paths):
    deadline = time.monotonic() + WATCHDOG_SECONDS
    while any(os.path.exists(path) for path in paths):
        tap.true(time.monotonic() < deadline, "left behind: %r" % (paths,))
        time.sleep(0.01)


def speak_and_hear(scene):
    """A program at both ends; that of A is at one socket with microphone and speaker."""
    a, b = scene.daemon("a"), scene.daemon("b")
    at_a, at_b = scene.path("at-a"), scene.path("at-b")
    ours = a.make(b.address, "pcm:" + at_a, "pcm:" + at_a)
    theirs = b.wait_for_call()
    b.answer(theirs, "tone:500", "pcm:" + at_b)
    a.wait_for_state(ours, "Connected")
    b.wait_for_packets(theirs, 10)
    tap.equal(os.stat(at_b).st_mode & 0o777, 0o600, "mode")

    robot = join(at_a)
    here, there = Ear(robot), Ear(join(at_b))
    robot.sendall(sound.tone(700, SPOKEN_SECONDS).tobytes())
    there.wait_for(SPOKEN_SECONDS + 0.5)
    here.wait_for(SPOKEN_SECONDS)
    a.client.call("call.end", callId=ours, await_=True)
    here.wait_for_end()
    there.wait_for_end()
    check_gone(at_a, at_a + ".lock", at_b, at_b + ".lock")

    bursts = there.record(scene.path("there.wav")).bursts()
    tap.equal(len(bursts), 1, "sounds %r" % bursts)
    tap.close(bursts[0].hz, 700, 3, "Hz at B")
    tap.close(bursts[0].duration, SPOKEN_SECONDS, BLUR_SECONDS, "seconds at B")
    heard = here.record(scene.path("here.wav"))
    tap.close(heard.find_strongest(0.5, 1)[0], 500, 3, "Hz at A")
    tap.close(heard.duration_of(500), heard.duration, 0.3, "seconds at A")


def programs_speak_and_hear():
    in_real_time(speak_and_hear)


def come_and_go(scene):
    a, b = scene.daemon("a"), scene.daemon("b")
    path = scene.path("at-b")
    ours, theirs = a.connect_to(b, "tone:600", "pcm:" + path)
    b.wait_for_packets(theirs, 10)
    deaf = join(path)
    for name in ("first", "second"):
        ear = Ear(join(path))
        ear.wait_for(1)
        ear.leave()
        heard = ear.record(scene.path(name + ".wav"))
        tap.true(heard.duration_of(600) > 0.8, "%s: %.2f s" % (name, heard.duration_of(600)))
    a.client.call("call.end", callId=ours, await_=True)
    # what was kept for it is there, and an end
    Ear(deaf).wait_for_end()
    check_gone(path)


def programs_come_and_go():
    in_real_time(come_and_go)


def render(scene):
    """The track is heard at the socket and at the speaker."""
    a, b = scene.daemon("a"), scene.daemon("b")
    speaker, place = scene.path("speaker"), scene.path("place")
    _, theirs = a.connect_to(b, "tone:800", "pcm:" + speaker)
    b.wait_for_packets(theirs, 10)
    tracks = b.get(theirs)["remoteTracks"]
    b.client.call("media.renderTracks", trackIds=tracks, container="pcm:" + place)
    ears = [Ear(join(speaker)), Ear(join(place))]
    for ear in ears:
        ear.wait_for(1)
    b.client.call("media.removeTracks", trackIds=tracks, container="pcm:" + place)
    ears[1].wait_for_end()
    check_gone(place)
    ears[0].leave()
    for ear in ears:
        heard = ear.record(scene.path("heard.wav"))
        tap.true(heard.duration_of(800) > 0.8, "%.2f s" % heard.duration_of(800))


def tracks_are_rendered_at_a_socket():
    in_real_time(render)


def nothing_is_left():
    """Neither by a daemon that stops; and what one leaves that was killed is taken over."""
    with Scene() as scene:
        a, b = scene.daemon("a"), scene.daemon("b")
        path = scene.path("at-b")
        a.connect_to(b, "silence", "pcm:" + path)
        scene.kill(b)
        tap.true(os.path.exists(path), "nothing to take over")
        b = scene.daemon("b")
        _, theirs = a.connect_to(b, "silence", "pcm:" + path)
        tap.equal(b.get(theirs)["state"], "Connected")
        join(path).close()
        scene.stop(b)
        check_gone(path, path + ".lock")


def unusable_paths_are_refused():
    with Scene() as scene:
        a = scene.daemon("a")
        for device, code, why in (
                ("pcm:/nowhere/a", "call:4", "/nowhere/a"),
                ("pcm:/etc/passwd", "call:4", "/etc/passwd"),
                ("pcm:" + a.socket_path, "call:4", a.socket_path),
                ("pcm:relative", "call:4", "pcm:relative")):
            for media, options in ((audio_from(device), {}),
                                   (audio_from("silence"), {"speakerId": device})):
                refusal = a.client.refused("call.make", destination="tone@sandbox.test",
                                           media=media, options=options, await_=True)
                tap.true(why in str(refusal), "%r does not name %r" % (str(refusal), why))
                tap.equal(refusal.data["code"], code, str(refusal))
        tap.equal(scene.sandbox.get_state()["calls"], 0, "calls that the gateway has")


if __name__ == "__main__":
    tap.run("sockets", [
        programs_speak_and_hear, programs_come_and_go, tracks_are_rendered_at_a_socket,
        nothing_is_left, unusable_paths_are_refused])

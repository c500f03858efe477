#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls with video between two daemons: from the start, held, added and removed, recorded, shown."""
import os
import socket

import pictures
import tap
from handset import Scene
from pictures import BLUE, GREEN, RED, Screen, has_colour

FRAMES = 5

SMALL = {"width": {"exact": 160}, "height": 120, "frameRate": 10}


def camera(name):
    return dict(SMALL, deviceId=name)


def media(microphone, video):
    return {"audio": True, "audioOptions": {"deviceId": microphone},
            "video": True, "videoOptions": camera(video)}


class Talk:
    """A call from a to b; both have a microphone, and a camera where it is said."""

    def __init__(self, scene, video=True):
        self.a, self.b = scene.daemon("a"), scene.daemon("b")
        if not video:
            self.ours, self.theirs = self.a.connect_to(self.b)
            return
        self.ours = self.a.client.call("call.make", destination=self.b.address,
                                       media=media("silence", "pattern:red"),
                                       options={"speakerId": "null"})
        self.theirs = self.b.wait_for_call()
        self.b.client.call("call.answer", callId=self.theirs, await_=True,
                           media=media("silence", "pattern:blue"), options={"speakerId": "null"})
        self.a.wait_for_state(self.ours, "Connected")

    def sides(self):
        return ((self.a, self.ours), (self.b, self.theirs))

    def end(self):
        self.a.client.call("call.end", callId=self.ours, await_=True)
        self.b.wait_for_state(self.theirs, "Ended")


def get_video(daemon, call_id, kind="inbound-rtp"):
    """Returns: the video reports of that type."""
    report = daemon.client.call("call.getStats", callId=call_id, await_=True)
    return [entry for entry in report.values()
            if entry["type"] == kind and entry.get("kind") == "video"]


def count(daemon, call_id, member="framesReceived"):
    return sum(entry[member] for entry in get_video(daemon, call_id))


def wait_for_frames(daemon, call_id, member="framesReceived"):
    before = count(daemon, call_id, member)
    daemon.client.poll(lambda: count(daemon, call_id, member) >= before + FRAMES,
                       what="%d frames at %s" % (FRAMES, daemon.name))


def get_tracks(daemon, call_id, key, kind="video"):
    """Returns: the ids of the call's tracks of that kind."""
    tracks = [daemon.client.call("media.getTrackById", trackId=track)
              for track in daemon.get(call_id)[key]]
    return [track["id"] for track in tracks if track["kind"] == kind]


def frames_go_both_ways():
    with Scene() as scene:
        talk = Talk(scene)
        for daemon, call_id in talk.sides():
            wait_for_frames(daemon, call_id)
            daemon.wait_for_packets(call_id, 10)
            received = get_video(daemon, call_id)[0]
            tap.equal((received["frameWidth"], received["frameHeight"]), (160, 120), "size")
            tap.equal(received["framesDecoded"], 0, "pictures that nobody looks at")
            sent = get_video(daemon, call_id, "media-source")[0]
            tap.equal((sent["width"], sent["framesPerSecond"]), (160, 10), "camera")
            tap.equal(len(get_tracks(daemon, call_id, "localTracks")), 1, "local video tracks")
            tap.equal(len(get_tracks(daemon, call_id, "remoteTracks")), 1, "remote video tracks")
        talk.end()


def a_hold_stops_both_media():
    with Scene() as scene:
        talk = Talk(scene)
        wait_for_frames(talk.b, talk.theirs)
        talk.b.client.call("call.hold", callId=talk.theirs, await_=True)
        talk.a.client.poll(lambda: not talk.a.get(talk.ours)["remoteTracks"], what="no tracks")
        tap.equal(talk.b.get(talk.theirs)["remoteTracks"], [], "tracks of b")
        talk.b.client.call("call.unhold", callId=talk.theirs, await_=True)
        for daemon, call_id in talk.sides():
            wait_for_frames(daemon, call_id)
        talk.end()


def video_comes_and_goes():
    with Scene() as scene:
        talk = Talk(scene, video=False)
        client = talk.a.client
        client.call("call.startVideo", callId=talk.ours, videoOptions=camera("pattern:red"),
                    await_=True)
        wait_for_frames(talk.b, talk.theirs)
        # a screen in place of the camera: the far end sees the same track go on
        seen = get_tracks(talk.b, talk.theirs, "remoteTracks")
        camera_track = get_tracks(talk.a, talk.ours, "localTracks")[0]
        client.call("call.replaceTrack", callId=talk.ours, trackId=camera_track, await_=True,
                    media={"screen": True, "screenOptions": dict(SMALL, deviceId="pattern:green")})
        wait_for_frames(talk.b, talk.theirs)
        tap.equal(get_tracks(talk.b, talk.theirs, "remoteTracks"), seen, "tracks of b")
        screen_track = get_tracks(talk.a, talk.ours, "localTracks")[0]
        tap.true(screen_track != camera_track, "the new track has an id of its own")
        client.call("call.removeMedia", callId=talk.ours, tracks=[screen_track], await_=True)
        talk.b.client.poll(lambda: not get_tracks(talk.b, talk.theirs, "remoteTracks"),
                           what="the end of the track")
        # the line is there already when the other side wants it
        talk.b.client.call("call.startVideo", callId=talk.theirs, await_=True,
                           videoOptions=camera("pattern:blue"))
        wait_for_frames(talk.a, talk.ours)
        talk.a.wait_for_packets(talk.ours, 10)
        talk.end()


def check_picture(picture, size, colour):
    tap.equal(picture.size, size, "size")
    tap.true(has_colour(picture, colour), "colour %r" % (picture.colour,))


def video_is_recorded():
    with Scene() as scene:
        talk = Talk(scene)
        path = scene.path("video.webm")
        track = get_tracks(talk.b, talk.theirs, "remoteTracks")[0]
        talk.b.client.call("media.renderTracks", trackIds=[track], container="file:" + path)
        wait_for_frames(talk.b, talk.theirs, "framesDecoded")
        talk.end()
        scene.stop(talk.b)
        seen = pictures.decode(path)
        tap.true(seen, "the recording holds video")
        for picture in seen:
            check_picture(picture, (160, 120), RED)


def wait_until_not_decoded(daemon, call_id):
    def is_so():
        before = count(daemon, call_id, "framesDecoded")
        wait_for_frames(daemon, call_id)
        return count(daemon, call_id, "framesDecoded") == before
    daemon.client.poll(is_so, what="an end of decoding")


def video_is_shown():
    """To several clients of a socket, which come and go while the far end's camera changes."""
    with Scene() as scene:
        talk = Talk(scene)
        path = scene.path("frames")
        place = {"trackIds": get_tracks(talk.b, talk.theirs, "remoteTracks"),
                 "container": "frames:" + path}
        talk.b.client.call("media.renderTracks", **place)
        tap.equal(os.stat(path).st_mode & 0o777, 0o600, "rights of the socket")
        wait_for_frames(talk.b, talk.theirs)
        tap.equal(count(talk.b, talk.theirs, "framesDecoded"), 0, "pictures that nobody looks at")
        with Screen(path) as first:
            check_picture(first.look(), (160, 120), RED)
            # who looks on keeps the size, who comes gets the new one
            camera_track = get_tracks(talk.a, talk.ours, "localTracks")[0]
            talk.a.client.call("call.replaceTrack", callId=talk.ours, trackId=camera_track,
                               await_=True, media={"screen": True, "screenOptions": dict(
                                   camera("pattern:green"), width=320, height=240)})
            first.wait_for((160, 120), GREEN)
            with Screen(path) as second:
                check_picture(second.look(), (320, 240), GREEN)
            first.look()
        wait_until_not_decoded(talk.b, talk.theirs)
        with Screen(path) as last:
            check_picture(last.look(), (320, 240), GREEN)
            talk.b.client.call("media.removeTracks", **place)
            last.read_to_end()
        # whoever changes their mind at once finds the path free
        talk.b.client.call("media.renderTracks", **place)
        with Screen(path) as again:
            check_picture(again.look(), (320, 240), GREEN)
        talk.b.client.call("media.removeTracks", **place)
        talk.b.client.poll(lambda: not os.path.exists(path), what="the end of the socket's file")
        talk.end()


def the_own_camera_is_shown():
    """Also while nothing of it is sent, and until the call ends."""
    with Scene() as scene:
        talk = Talk(scene)
        path = scene.path("frames")
        track = get_tracks(talk.b, talk.theirs, "localTracks")
        talk.b.client.call("media.renderTracks", trackIds=track, container="frames:" + path)
        with Screen(path) as screen:
            check_picture(screen.look(), (160, 120), BLUE)
            talk.b.client.call("call.hold", callId=talk.theirs, await_=True)
            for _ in range(FRAMES):
                check_picture(screen.look(), (160, 120), BLUE)
            talk.end()
            screen.read_to_end()
        talk.b.client.poll(lambda: not os.path.exists(path), what="the end of the socket's file")


def places_that_cannot_be_are_refused():
    with Scene() as scene:
        talk = Talk(scene)
        file, path = scene.path("file"), scene.path("frames")
        with open(file, "w", encoding="ascii") as precious:
            precious.write("precious")
        track = get_tracks(talk.b, talk.theirs, "remoteTracks")
        own = get_tracks(talk.b, talk.theirs, "localTracks")
        client = talk.b.client
        for place, code in (("frames", "call:7"), ("here/frames", "call:7"), (file, "call:4"),
                            (scene.path("none/frames"), "call:4"), (talk.a.socket_path, "call:4")):
            error = client.refused("media.renderTracks", trackIds=track, container="frames:" + place)
            tap.equal(error.data["code"], code, place)
            named = place if place.startswith("/") else '"frames:%s"' % place
            tap.true(named in error.message, "%s is not named in %r" % (named, error.message))
        with open(file, encoding="ascii") as precious:
            tap.equal(precious.read(), "precious", "the file")
        talk.a.client.call("rpc.ping")
        # a socket that a dead process left is not in the way, one of another track is
        dead = socket.socket(socket.AF_UNIX)
        dead.bind(path)
        dead.close()
        client.call("media.renderTracks", trackIds=track, container="frames:" + path)
        error = client.refused("media.renderTracks", trackIds=own, container="frames:" + path)
        tap.equal(error.data["code"], "call:4", path)
        tap.true(path in error.message, "%s is not named in %r" % (path, error.message))
        with Screen(path) as screen:
            check_picture(screen.look(), (160, 120), RED)
        talk.end()


def what_cannot_be_is_refused():
    with Scene() as scene:
        daemon = scene.daemon("a")
        error = daemon.client.refused(
            "call.make", destination="b@sandbox.test", await_=True,
            media={"audio": True, "audioOptions": {"deviceId": "silence"}, "video": True,
                   "videoOptions": {"deviceId": "pattern", "width": {"exact": 9000}}})
        tap.true("OverconstrainedError: width" in str(error), "the constraint is named in %r" % error)


if __name__ == "__main__":
    tap.run("video", [frames_go_both_ways, a_hold_stops_both_media, video_comes_and_goes,
                      video_is_recorded, video_is_shown, the_own_camera_is_shown,
                      places_that_cannot_be_are_refused, what_cannot_be_is_refused])

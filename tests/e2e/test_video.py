#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls with video between two daemons: from the start, held, added and removed, recorded."""
import pictures
import tap
from handset import Scene

FRAMES = 5

# What "pattern:red" is in Y, U and V.
RED = (81, 90, 240)

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
            tap.equal(picture.size, (160, 120), "size")
            for found, expected in zip(picture.colour, RED):
                tap.close(found, expected, 24, "colour")


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
                      video_is_recorded, what_cannot_be_is_refused])

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the media namespace does to tracks: muted, played and recorded elsewhere; and devices."""
import os
import resource

import sound
import tap
from handset import Scene, in_real_time

HZ = {"a": 500, "b": 1000}
SECONDS = 0.6


class Talk:
    """A call from a to b; each sends a tone of its own, and records what it hears."""

    def __init__(self, scene, config=None):
        self.scene = scene
        self.a, self.b = scene.daemon("a", config), scene.daemon("b", config)
        self.ours = self.a.make(self.b.address, "tone:%d" % HZ["a"],
                                "file:" + scene.path("a.wav"))
        self.theirs = self.b.wait_for_call()
        self.b.answer(self.theirs, "tone:%d" % HZ["b"], "file:" + scene.path("b.wav"))
        self.a.wait_for_state(self.ours, "Connected")
        self.a.wait_for_packets(self.ours, 25)
        self.b.wait_for_packets(self.theirs, 25)
        self._count = 0

    def track(self, direction):
        """Returns: the id of a's track."""
        tracks = self.a.get(self.ours)[direction + "Tracks"]
        tap.equal(len(tracks), 1, direction + " tracks")
        return tracks[0]

    def remote_track_of_b(self):
        return self.b.get(self.theirs)["remoteTracks"][0]

    def describe(self, track):
        return self.a.client.call("media.getTrackById", trackId=track)

    def listen(self, daemon, track):
        """Records a little of a track from now on. Returns: the recording."""
        self._count += 1
        path = self.scene.path("piece-%d.wav" % self._count)
        container = "file:" + path
        daemon.client.call("media.renderTracks", trackIds=[track], container=container)

        def is_long_enough():
            return os.path.getsize(path) > 44 + 2 * sound.RATE * SECONDS
        daemon.client.poll(is_long_enough, what="a recording of %s" % daemon.name)
        # valid although it is still being written
        sound.Recording(path)
        daemon.client.call("media.removeTracks", trackIds=[track], container=container)
        return sound.Recording(path)


def check_tone(recording, hz):
    bursts = recording.bursts(gap=0.3)
    tap.true(bursts, "nothing was heard")
    tap.close(bursts[-1].hz, hz, 2, "frequency in %r" % bursts)


def check_silent(recording):
    tap.equal(recording.bursts(), [], "sounds in silence")


def wait_until(talk, daemon, track, silent):
    """Until what was on its way has arrived."""
    def is_so():
        return (talk.listen(daemon, track).bursts() == []) == silent
    daemon.client.poll(is_so, what="silence" if silent else "sound")


# --- muting

def mute_local(talk):
    track = talk.track("local")
    tap.equal(talk.describe(track)["muted"], False)
    talk.a.client.call("media.muteTracks", trackIds=[track, "nobody"])
    tap.equal(talk.a.client.wait_for("media:muted"), {"trackIds": [track], "tracks": [track]})
    tap.equal(talk.describe(track)["muted"], True)
    wait_until(talk, talk.b, talk.remote_track_of_b(), silent=True)
    check_tone(talk.listen(talk.a, talk.track("remote")), HZ["b"])
    talk.a.client.call("media.unmuteTracks", trackIds=[track])
    tap.equal(talk.a.client.wait_for("media:unmuted"), {"trackIds": [track], "tracks": [track]})
    wait_until(talk, talk.b, talk.remote_track_of_b(), silent=False)
    check_tone(talk.listen(talk.b, talk.remote_track_of_b()), HZ["a"])


def mute_remote(talk):
    track = talk.track("remote")
    talk.a.client.call("media.muteTracks", trackIds=[track])
    wait_until(talk, talk.a, track, silent=True)
    check_tone(talk.listen(talk.b, talk.remote_track_of_b()), HZ["a"])
    # it stays muted while the call is held
    for method in ("call.hold", "call.unhold"):
        talk.a.client.call(method, callId=talk.ours, await_=True)
    tap.equal(talk.describe(track)["muted"], True, "muted after a hold")
    talk.a.client.call("media.unmuteTracks", trackIds=[track])
    wait_until(talk, talk.a, track, silent=False)
    check_tone(talk.listen(talk.a, track), HZ["b"])
    talk.a.client.call("media.unmuteTracks", trackIds=["nobody"])
    talk.a.client.wait_for("media:unmuted", lambda event: event == {"trackIds": [], "tracks": []})


def mute(scene):
    talk = Talk(scene)
    mute_local(talk)
    mute_remote(talk)


def muted_tracks_are_silent():
    in_real_time(mute)


# --- places

def render(scene):
    talk = Talk(scene)
    track = talk.track("remote")
    call = talk.a.client.call
    tap.equal(talk.describe(track)["containers"], [], "containers at first")
    check_tone(talk.listen(talk.a, track), HZ["b"])
    # one's own track as the far end hears it
    check_tone(talk.listen(talk.a, talk.track("local")), HZ["a"])
    call("media.renderTracks", trackIds=[track, "nobody"], container="#remote")
    call("media.renderTracks", trackIds=[track], container="#remote")
    aside = "file:" + scene.path("aside.wav")
    call("media.renderTracks", trackIds=[track], container="aside", options={"speakerId": aside})
    tap.equal(talk.describe(track)["containers"], ["#remote", "aside"], "containers")
    call("media.removeTracks", trackIds=[track], container="aside")
    call("media.removeTracks", trackIds=[track], container="#remote")
    tap.equal(talk.describe(track)["containers"], [], "containers at last")
    call("media.removeTracks", trackIds=[track, "nobody"], container="nowhere")
    speaker = sound.Recording(scene.path("a.wav")).duration
    check_tone(talk.listen(talk.a, track), HZ["b"])
    tap.close(sound.Recording(scene.path("a.wav")).duration, speaker, 0.6,
              "length of what the speaker got")
    call("call.end", callId=talk.ours, await_=True)
    tap.equal(talk.describe(track), None, "track of an ended call")


def tracks_are_rendered_in_places():
    in_real_time(render)


def check_refused_places(talk):
    track = talk.track("remote")
    for container, options, code in (
            ("file:/nowhere/a.wav", {}, "call:4"), ("file:/tmp/a.mp3", {}, "call:7"),
            ("aside", {"speakerId": "banana"}, "call:4"),
            ("aside", {"speakerId": "file:banana"}, "call:7")):
        refusal = talk.a.client.refused("media.renderTracks", trackIds=[track],
                                        container=container, options=options)
        tap.equal(refusal.data["code"], code, "code of " + str(refusal))
    tap.equal(talk.describe(track)["containers"], [], "containers")


def full_disk():
    """A limit on the size of files stands for a disk that becomes full."""
    with Scene() as scene:
        talk = Talk(scene)
        talk.a.client.call("call.changeSpeaker", callId=talk.ours, speakerId="null")
        talk.a.client.poll(lambda: talk.a.client.call("call.getStats", callId=talk.ours,
                                                      await_=True))
        container = "file:" + scene.path("full.wav")
        size = os.path.getsize(scene.path("a.wav")) + 200000
        resource.prlimit(talk.a.pid, resource.RLIMIT_FSIZE, (size, size))
        talk.a.client.call("media.renderTracks", trackIds=[talk.track("remote")],
                           container=container)
        event = talk.a.client.wait_for("media:containerFailed")
        tap.equal((event["callId"], event["trackId"], event["container"], event["error"]["code"]),
                  (talk.ours, talk.track("remote"), container, "call:4"), "event")
        tap.equal(talk.describe(talk.track("remote"))["containers"], [], "containers")
        tap.true(sound.Recording(scene.path("full.wav")).duration > 1, "the recording is lost")
        tap.equal(talk.a.get(talk.ours)["state"], "Connected", "state of a")


# --- what is known of tracks

def check_statistics(talk):
    for direction, has, lacks in (("local", "outbound-rtp", "inbound-rtp"),
                                  ("remote", "inbound-rtp", "outbound-rtp")):
        report = talk.a.client.call("call.getStats", callId=talk.ours, await_=True,
                                    trackId=talk.track(direction))
        types = {entry["type"] for entry in report.values()}
        tap.true(has in types and lacks not in types,
                 "of the %s track: %s" % (direction, sorted(types)))
    refusal = talk.a.client.refused("call.getStats", callId=talk.ours, trackId="nobody",
                                    await_=True)
    tap.equal(refusal.data["code"], "call:2", "code of " + str(refusal))


def check_descriptions(talk):
    local, remote = talk.track("local"), talk.track("remote")
    about = talk.describe(local)
    tap.equal({key: about[key] for key in ("id", "trackId", "kind", "muted", "sourceMuted",
                                           "state", "containers", "disabled")},
              {"id": local, "trackId": local, "kind": "audio", "muted": False,
               "sourceMuted": False, "state": "live", "containers": [], "disabled": False})
    talk.a.client.poll(lambda: not talk.describe(remote)["sourceMuted"],
                       what="sound of the far end")
    for track, is_local in ((local, True), (remote, False)):
        media = talk.describe(track)["streamId"]
        tap.equal(talk.a.client.call("media.getById", mediaId=media),
                  {"id": media, "local": is_local, "tracks": [track]})
    talk.b.client.call("call.hold", callId=talk.theirs, await_=True)
    talk.a.client.poll(lambda: talk.describe(remote)["sourceMuted"], what="silence")
    tap.equal(talk.a.client.call("media.getTrackById", trackId="nobody"), None)
    tap.equal(talk.a.client.call("media.getById", mediaId="nobody"), None)


def tracks_are_described():
    with Scene() as scene:
        talk = Talk(scene)
        check_refused_places(talk)
        check_statistics(talk)
        check_descriptions(talk)


# --- keys that are heard

def press(scene):
    talk = Talk(scene, {"call": {"sdpHandlers": [{"codecs": ["telephone-event"]}]}})
    talk.a.client.call("call.sendDTMF", callId=talk.ours, tone="159*0#", duration=120, await_=True)
    events = []
    while len(events) < 6:
        events.append(talk.b.client.wait_for("call:dtmfReceived"))
    tap.equal("".join(event["tone"] for event in events), "159*0#", "keys that b heard")
    for event in events:
        tap.close(event["duration"], 120, 40, "duration in %r" % events)


def keys_are_heard_where_they_cannot_be_sent_as_events():
    in_real_time(press)


# --- devices

def check_list(client):
    kinds = {"camera": "videoinput", "microphone": "audioinput", "speaker": "audiooutput"}
    devices = client.call("media.getDevices")
    tap.equal(sorted(devices), sorted(kinds))
    for name, listed in devices.items():
        for device in listed:
            tap.equal(device["kind"], kinds[name], "kind of %r" % device)
            tap.true(device["label"], "label of %r" % device)
    for name, always in (("camera", "pattern"), ("microphone", "silence"), ("speaker", "null")):
        ids = [device["deviceId"] for device in devices[name]]
        tap.true(always in ids, "%r has no %s" % (ids, always))


def check_trial(client):
    tap.equal(client.call("media.initializeDevices", await_=True), None)
    tap.equal(client.wait_for("devices:change"), {})
    refusal = client.refused("media.initializeDevices", await_=True,
                             constraints={"audio": False, "video": False})
    tap.equal(refusal.data["code"], "call:7", "code of " + str(refusal))
    tap.equal(client.wait_for("devices:error")["error"]["name"], "TypeError")
    client.call("api.updateConfig", newConfigValues={"media": {
        "microphone": "file:/nowhere/a.wav"}})
    client.call("media.initializeDevices", constraints={"video": False})
    error = client.wait_for("devices:error")["error"]
    tap.equal((error["name"], error["code"]), ("NotReadableError", "call:4"))
    tap.true("/nowhere/a.wav" in error["message"], "%r names no file" % error)


def devices_are_listed_and_tried():
    with Scene() as scene:
        a = scene.daemon("a", {"media": {"microphone": "tone:440"}})
        check_list(a.client)
        check_trial(a.client)


if __name__ == "__main__":
    tap.run("tracks", [
        muted_tracks_are_silent, tracks_are_rendered_in_places, tracks_are_described, full_disk,
        keys_are_heard_where_they_cannot_be_sent_as_events, devices_are_listed_and_tried])

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is sent in a call changes while it goes on: tracks come and go, devices change, keys are pressed."""
import sound
import tap
from handset import Scene, audio_from, in_real_time, tell
from rpc import RpcError

PACKETS = 25
FIRST_HZ, SECOND_HZ = 500, 1000


class Talk:
    """A call from a to b. a sends a tone, and b records what it hears."""

    def __init__(self, scene, microphone="tone:%d" % FIRST_HZ):
        self.scene = scene
        self.a, self.b = scene.daemon("a"), scene.daemon("b")
        self.heard = scene.path("heard.wav")
        self.ours, self.theirs = self.a.connect_to(self.b, microphone, "file:" + self.heard)
        self.b.wait_for_packets(self.theirs, PACKETS)
        self.a.wait_for_packets(self.ours, PACKETS)
        self._seen = {self.a: 0, self.b: 0}
        self.take_told(self.a)
        self.take_told(self.b)

    def name_of(self, daemon):
        return self.ours if daemon is self.a else self.theirs

    def get_track(self):
        tracks = self.a.get(self.ours)["localTracks"]
        tap.equal(len(tracks), 1, "tracks that are sent")
        return tracks[0]

    def take_told(self, daemon):
        """Returns: the events since the last time."""
        told = tell(daemon.client, self.name_of(daemon))
        self._seen[daemon], new = len(told), told[self._seen[daemon]:]
        return new

    def get_events(self, daemon, name):
        return [params for event, params in daemon.client.history
                if event == name and params.get("callId") == self.name_of(daemon)]

    def count(self):
        """Returns: the packets that b has received."""
        return sum(entry.get("packetsReceived", 0)
                   for entry in self.b.get_stats(self.theirs, "inbound-rtp"))

    def check_heard(self):
        before = self.count()
        self.b.client.poll(lambda: self.count() >= before + PACKETS, what="%d packets" % PACKETS)

    def wait_for_tracks(self, daemon, key, count):
        def is_so():
            return len(daemon.get(self.name_of(daemon))[key]) == count
        daemon.client.poll(is_so, what="%d %s" % (count, key))

    def end(self):
        """Returns: what b heard."""
        self.a.client.call("call.end", callId=self.ours, await_=True)
        self.b.wait_for_state(self.theirs, "Ended")
        return sound.Recording(self.heard)


# --- tracks come and go

def remove_and_add(scene):
    talk = Talk(scene)
    a, b = talk.a, talk.b
    removed = talk.get_track()
    a.client.call("call.removeMedia", callId=talk.ours, tracks=[removed], await_=True)
    tap.equal(talk.take_told(a), ["REMOVE_MEDIA START", "REMOVE_MEDIA UPDATE", "local track ended",
                                  "REMOVE_MEDIA FINISH"], "events of a")
    tap.equal(talk.get_events(a, "call:removedMedia"),
              [{"callId": talk.ours, "local": True, "tracks": [removed]}], "call:removedMedia")
    tap.equal(a.get(talk.ours)["localTracks"], [], "tracks of a")
    talk.wait_for_tracks(b, "remoteTracks", 0)
    tap.equal([event["trackId"] for event in talk.get_events(b, "call:trackEnded")], [removed],
              "tracks that ended at b")
    tap.equal(talk.take_told(b), [], "events of b")
    tap.equal(b.get(talk.theirs)["state"], "Connected", "state of b")
    # what goes the other way is not touched
    a.wait_for_packets(talk.ours, 2 * PACKETS)

    a.client.call("call.addMedia", callId=talk.ours, media=audio_from("tone:%d" % SECOND_HZ),
                  await_=True)
    added = talk.get_track()
    tap.equal(talk.take_told(a), ["ADD_MEDIA START", "new local track", "ADD_MEDIA UPDATE",
                                  "ADD_MEDIA FINISH"], "events of a")
    event = talk.get_events(a, "call:newMedia")[0]
    tap.equal((event["local"], event["tracks"]), (True, [added]), "call:newMedia")
    talk.wait_for_tracks(b, "remoteTracks", 1)
    tap.equal(talk.take_told(b), ["new remote track"], "events of b")
    tap.equal(b.get(talk.theirs)["remoteTracks"], [added], "tracks of b")
    talk.check_heard()
    bursts = talk.end().bursts(gap=0.15)
    tap.equal(len(bursts), 2, "sounds that b heard, %r" % bursts)
    for burst, hz in zip(bursts, (FIRST_HZ, SECOND_HZ)):
        tap.close(burst.hz, hz, 2, "frequency in %r" % bursts)


def audio_is_removed_and_added():
    in_real_time(remove_and_add)


def refused_changes_change_nothing():
    with Scene() as scene:
        talk = Talk(scene)
        track = talk.get_track()
        refusal = talk.a.client.refused("call.addMedia", callId=talk.ours, await_=True,
                                        media=audio_from("file:/nowhere/a.wav"))
        tap.equal(refusal.data["code"], "call:4", "code of " + str(refusal))
        scene.sandbox.add_fault("request", type="startCallUpdate", status=500, statusCode=26)
        refusal = talk.a.client.refused("call.removeMedia", callId=talk.ours, tracks=[track],
                                        await_=True)
        tap.equal(refusal.data["code"], 26, "code of " + str(refusal))
        tap.equal(talk.get_track(), track, "track of a")
        tap.equal(talk.take_told(talk.a), [
            "ADD_MEDIA START", "ADD_MEDIA FINISH error call:4",
            "REMOVE_MEDIA START", "REMOVE_MEDIA FINISH error 26"], "events of a")
        talk.check_heard()
        tap.equal(talk.take_told(talk.b), [], "events of b")
        talk.a.client.call("call.removeMedia", callId=talk.ours, tracks=[track], await_=True)
        talk.end()


def crossing_changes_are_both_refused():
    with Scene() as scene:
        talk = Talk(scene)
        a, b = talk.a, talk.b
        scene.sandbox.add_fault("notification", user=b.address, type="startCallUpdate",
                                action="delay", delayMs=5000)
        ours = a.client.start("call.removeMedia", callId=talk.ours, tracks=[talk.get_track()],
                              await_=True)
        a.client.wait_for("call:operation", lambda params: params["transition"] == "UPDATE" and
                          params["operation"] == "REMOVE_MEDIA")
        refusal = b.client.refused("call.removeMedia", callId=talk.theirs,
                                   tracks=b.get(talk.theirs)["localTracks"], await_=True)
        tap.equal(refusal.data["code"], "call:2", "code of " + str(refusal))
        tap.true("try again in" in refusal.message, "b was told " + refusal.message)
        try:
            a.client.result(ours)
            raise AssertionError("what crossed another change was done")
        except RpcError as error:
            tap.equal(error.data["code"], "call:2", "code of " + str(error))
        for daemon in (a, b):
            call = daemon.get(talk.name_of(daemon))
            tap.equal((len(call["localTracks"]), len(call["remoteTracks"]), call["state"]),
                      (1, 1, "Connected"), daemon.name)
        talk.check_heard()
        a.client.call("call.removeMedia", callId=talk.ours, tracks=[talk.get_track()], await_=True)
        talk.end()


# --- devices change

def check_replaced(talk, old):
    new = talk.get_track()
    tap.true(new != old, "the track has its old name")
    event = talk.get_events(talk.a, "call:trackReplaced")[0]
    tap.equal((event["newTrackId"], event["oldTrack"]["id"], event["oldTrack"]["kind"]),
              (new, old, "audio"), "call:trackReplaced")
    tap.equal(talk.take_told(talk.a), ["REPLACE_TRACK START", "local track ended",
                                       "REPLACE_TRACK FINISH"], "events of a")
    talk.check_heard()
    tap.equal(talk.take_told(talk.b), [], "events of b")
    recording = talk.end()
    for hz in (FIRST_HZ, SECOND_HZ):
        tap.true(recording.duration_of(hz) > 0.3, "b heard %d Hz for %.2f s" %
                 (hz, recording.duration_of(hz)))


def replace(scene):
    talk = Talk(scene)
    old = talk.get_track()
    talk.a.client.call("call.replaceTrack", callId=talk.ours, trackId=old,
                       media=audio_from("tone:%d" % SECOND_HZ), await_=True)
    check_replaced(talk, old)


def microphone_is_replaced():
    in_real_time(replace)


def change_devices(scene):
    talk = Talk(scene)
    old = talk.get_track()
    talk.a.client.call("call.changeInputDevices", callId=talk.ours,
                       devices={"microphone": "tone:%d" % SECOND_HZ}, await_=True)
    check_replaced(talk, old)


def input_devices_are_changed():
    in_real_time(change_devices)


def old_microphone_stays_when_the_new_one_fails():
    with Scene() as scene:
        talk = Talk(scene)
        old = talk.get_track()
        refusal = talk.a.client.refused("call.replaceTrack", callId=talk.ours, trackId=old,
                                        media=audio_from("file:/nowhere/a.wav"), await_=True)
        tap.equal(refusal.data["code"], "call:4", "code of " + str(refusal))
        tap.equal(talk.get_track(), old, "track of a")
        refusal = talk.a.client.refused("call.replaceTrack", callId=talk.ours, trackId=old)
        tap.equal(refusal.data["code"], "call:7", "code of " + str(refusal))
        talk.check_heard()
        talk.end()


# --- video

def wait_for_picture(talk, daemon, track):
    """Waits until media arrives on that track."""
    daemon.client.wait_for("media:sourceUnmuted", lambda params: params["trackId"] == track)


def change(talk, daemon, method, **params):
    """As long as the far end's last change is still being confirmed, another one is refused."""
    def is_done():
        try:
            daemon.client.call(method, callId=talk.name_of(daemon), await_=True, **params)
        except RpcError as error:
            if error.data["code"] != "call:12":
                raise
            return False
        return True
    daemon.client.poll(is_done, what=method)


def start_video(talk, daemon, other, camera="pattern"):
    """Returns: the video track, as both know it."""
    known = set(daemon.get(talk.name_of(daemon))["localTracks"])
    seen = len(other.get(talk.name_of(other))["remoteTracks"])
    change(talk, daemon, "call.startVideo", videoOptions={"deviceId": camera})
    new = set(daemon.get(talk.name_of(daemon))["localTracks"]) - known
    tap.equal(len(new), 1, "new tracks")
    talk.wait_for_tracks(other, "remoteTracks", seen + 1)
    tap.true(new < set(other.get(talk.name_of(other))["remoteTracks"]), "the far end's tracks")
    wait_for_picture(talk, other, *new)
    return new.pop()


def video_is_started_and_stopped():
    with Scene() as scene:
        talk = Talk(scene)
        a, b = talk.a, talk.b
        track = start_video(talk, a, b)
        tap.equal(talk.take_told(a), ["ADD_BASIC_MEDIA START", "new local track",
                                      "ADD_BASIC_MEDIA UPDATE", "ADD_MEDIA FINISH"], "events of a")
        tap.equal(talk.take_told(b), ["new remote track"], "events of b")
        tap.equal(talk.get_events(a, "call:newMedia")[0]["tracks"], [track], "call:newMedia")
        refusal = a.client.refused("call.startVideo", callId=talk.ours)
        tap.equal(refusal.data["code"], "call:7", "code of " + str(refusal))
        talk.take_told(a)
        start_video(talk, b, a)

        a.client.call("call.replaceTrack", callId=talk.ours, trackId=track, await_=True, media={
            "video": True, "videoOptions": {"deviceId": "pattern:snow"}})
        event = talk.get_events(a, "call:trackReplaced")[0]
        tap.equal((event["oldTrack"]["id"], event["oldTrack"]["kind"]), (track, "video"))
        tap.true(event["newTrackId"] in a.get(talk.ours)["localTracks"], "the new track")
        talk.take_told(a), talk.take_told(b)

        change(talk, a, "call.stopVideo")
        tap.equal(talk.take_told(a)[-4:], ["REMOVE_BASIC_MEDIA START", "REMOVE_BASIC_MEDIA UPDATE",
                                      "local track ended", "REMOVE_MEDIA FINISH"], "events of a")
        talk.wait_for_tracks(b, "remoteTracks", 1)
        tap.equal(talk.take_told(b), [], "events of b")
        tap.equal([event["trackId"] for event in talk.get_events(b, "call:trackEnded")], [track],
                  "tracks that ended at b")
        tap.equal(len(a.get(talk.ours)["remoteTracks"]), 2, "tracks that a receives")
        change(talk, b, "call.stopVideo")
        talk.wait_for_tracks(a, "remoteTracks", 1)
        start_video(talk, a, b)
        talk.check_heard()
        tap.true(talk.end().duration_of(FIRST_HZ) > 0.5, "b does not hear a")


def screen_is_shared_beside_a_camera():
    with Scene() as scene:
        talk = Talk(scene, "silence")
        a, b = talk.a, talk.b
        camera = start_video(talk, a, b)
        a.client.call("call.startScreenshare", callId=talk.ours, await_=True)
        talk.wait_for_tracks(b, "remoteTracks", 3)
        a.client.call("call.stopVideo", callId=talk.ours, await_=True)
        talk.wait_for_tracks(b, "remoteTracks", 2)
        tap.equal([event["trackId"] for event in talk.get_events(b, "call:trackEnded")], [camera],
                  "tracks that ended at b")
        a.client.call("call.stopScreenshare", callId=talk.ours, await_=True)
        talk.wait_for_tracks(b, "remoteTracks", 1)
        refusal = a.client.refused("call.stopScreenshare", callId=talk.ours)
        tap.equal(refusal.data["code"], "call:7", "code of " + str(refusal))
        talk.end()


def refused_video_ends():
    with Scene() as scene:
        talk = Talk(scene, "silence")
        scene.sandbox.add_fault("request", type="startCallUpdate", status=500, statusCode=26)
        refusal = talk.a.client.refused("call.startVideo", callId=talk.ours, await_=True)
        tap.equal(refusal.data["code"], 26, "code of " + str(refusal))
        tap.equal(talk.take_told(talk.a), [
            "ADD_BASIC_MEDIA START", "new local track", "local track ended",
            "ADD_MEDIA FINISH error 26"], "events of a")
        talk.get_track()
        talk.check_heard()
        start_video(talk, talk.a, talk.b)
        tap.equal(talk.take_told(talk.b), ["new remote track"], "events of b")
        talk.end()


# --- keys

def get_keys(talk, daemon):
    return "".join(event["tone"] for event in talk.get_events(daemon, "call:dtmfReceived"))


def press(scene):
    talk = Talk(scene, "silence")
    first = talk.a.client.start("call.sendDTMF", callId=talk.ours, tone="12,3", duration=120,
                                await_=True)
    second = talk.a.client.start("call.sendDTMF", callId=talk.ours, tone="#a", await_=True)
    talk.b.client.call("call.sendDTMF", callId=talk.theirs, tone="*0D", await_=True)
    talk.a.client.result(first)
    talk.a.client.result(second)
    talk.b.client.poll(lambda: get_keys(talk, talk.b) == "123#A", what="the keys of a")
    talk.a.client.poll(lambda: get_keys(talk, talk.a) == "*0D", what="the keys of b")
    lengths = [event["duration"] for event in talk.get_events(talk.b, "call:dtmfReceived")]
    for length, expected in zip(lengths, (120, 120, 120, 100, 100)):
        tap.close(length, expected, 40, "length of a key in %r" % lengths)
    told = talk.take_told(talk.a)
    tap.equal(sorted(told), ["SEND_DTMF FINISH"] * 2 + ["SEND_DTMF START"] * 2, "events of a")
    talk.end()


def keys_are_heard_at_the_far_end():
    in_real_time(press)


def keys_need_a_call_that_goes_on():
    with Scene() as scene:
        talk = Talk(scene, "silence")
        for tone, code in (("", "call:7"), ("12x", "call:7")):
            refusal = talk.a.client.refused("call.sendDTMF", callId=talk.ours, tone=tone)
            tap.equal(refusal.data["code"], code, "code of %r" % tone)
        sending = talk.a.client.start("call.sendDTMF", callId=talk.ours, tone="," * 30, await_=True)
        talk.end()
        try:
            talk.a.client.result(sending)
            raise AssertionError("keys were sent after the call")
        except RpcError as error:
            tap.equal(error.data["code"], "call:2", "code of " + str(error))
        refusal = talk.a.client.refused("call.sendDTMF", callId=talk.ours, tone="1")
        tap.equal(refusal.data["code"], "call:6", "code after the end")


if __name__ == "__main__":
    tap.run("changes", [
        audio_is_removed_and_added, refused_changes_change_nothing,
        crossing_changes_are_both_refused, microphone_is_replaced,
        input_devices_are_changed, old_microphone_stays_when_the_new_one_fails,
        video_is_started_and_stopped, screen_is_shared_beside_a_camera, refused_video_ends,
        keys_are_heard_at_the_far_end, keys_need_a_call_that_goes_on])

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Microphones and speakers that cannot be used: the call says so, and nothing stays behind."""
import tap
from handset import Scene, audio_from


def refuse_make(media, options, named):
    with Scene() as scene:
        a = scene.daemon("a")
        refusal = a.client.refused("call.make", destination="tone@sandbox.test", media=media,
                                   options=options, await_=True)
        tap.equal(refusal.data["code"], "call:4", "code")
        tap.true(named in str(refusal), "%r does not name %r" % (str(refusal), named))
        tap.equal([call["state"] for call in a.client.call("call.getAll")], ["Ended"])
        tap.equal(scene.sandbox.get_state()["calls"], 0, "calls that the gateway has")


def missing_file_as_microphone():
    refuse_make(audio_from("file:/nowhere/a.wav"), {}, "/nowhere/a.wav")


def unknown_microphone():
    refuse_make(audio_from("banana"), {}, "banana")


def missing_folder_for_recording():
    refuse_make(audio_from("silence"), {"speakerId": "file:/nowhere/a.wav"}, "/nowhere/a.wav")


def unknown_speaker():
    refuse_make(audio_from("silence"), {"speakerId": "banana"}, "banana")


def answering_can_be_tried_again():
    with Scene() as scene:
        a, b = scene.daemon("a"), scene.daemon("b")
        a.make(b.address)
        call = b.wait_for_call()
        refusal = b.client.refused("call.answer", callId=call, media=audio_from("silence"),
                                   options={"speakerId": "file:/nowhere/a.wav"}, await_=True)
        tap.equal(refusal.data["code"], "call:4", "code")
        tap.equal(b.get(call)["state"], "Ringing")
        b.answer(call, speaker="file:" + scene.path("b.wav"))
        b.wait_for_state(call, "Connected")


def recording_below_a_file():
    refuse_make(audio_from("silence"), {"speakerId": "file:/etc/passwd/a.wav"}, "/etc/passwd/a.wav")


if __name__ == "__main__":
    tap.run("devices", [
        missing_file_as_microphone, unknown_microphone, missing_folder_for_recording,
        unknown_speaker, answering_can_be_tried_again, recording_below_a_file])

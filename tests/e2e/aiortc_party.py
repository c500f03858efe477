#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The media of a far end, by aiortc: descriptions in and out as lines of JSON.

usage: aiortc_party.py HZ RECORDING    speaks a sine, and records what it hears

{"offer": SDP} is answered with {"answer": SDP}; {"make": true} with {"offer": SDP}, and
{"answer": SDP} with {}. Debian's Python is named above, for it is the one that has the package.
"""
import asyncio
import fractions
import json
import math
import struct
import sys
import wave

import aioice.ice
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, AudioResampler

RATE, STEP = 48000, 960
LEVEL = 32767 * 10 ** (-12 / 20)


class Tone(MediaStreamTrack):
    kind = "audio"

    def __init__(self, hz):
        super().__init__()
        self._hz = hz
        self._position = 0
        self._began = None

    async def recv(self):
        clock = asyncio.get_event_loop().time
        self._began = self._began or clock()
        await asyncio.sleep(max(0, self._began + self._position / RATE - clock()))
        frame = AudioFrame(format="s16", layout="mono", samples=STEP)
        frame.planes[0].update(struct.pack("<%dh" % STEP, *(
            round(LEVEL * math.sin(2 * math.pi * self._hz * i / RATE))
            for i in range(self._position, self._position + STEP))))
        frame.sample_rate = RATE
        frame.pts = self._position
        frame.time_base = fractions.Fraction(1, RATE)
        self._position += STEP
        return frame


async def record(track, file):
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
    while True:
        try:
            frame = await track.recv()
        except MediaStreamError:
            return
        for part in resampler.resample(frame):
            file.writeframes(bytes(part.planes[0])[:2 * part.samples])


async def describe(peer, description):
    await peer.setLocalDescription(description)
    return {peer.localDescription.type: peer.localDescription.sdp}


async def obey(peer, tone, order):
    if "make" in order:
        peer.addTrack(tone)
        return await describe(peer, await peer.createOffer())
    kind = "offer" if "offer" in order else "answer"
    await peer.setRemoteDescription(RTCSessionDescription(order[kind], kind))
    if kind == "answer":
        return {}
    if not any(sender.track for sender in peer.getSenders()):
        peer.addTrack(tone)
    return await describe(peer, await peer.createAnswer())


async def main():
    # it leaves loopback out, which is all that a test may use
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
    peer = RTCPeerConnection()
    tone = Tone(float(sys.argv[1]))
    lines = asyncio.StreamReader()
    await asyncio.get_event_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    with wave.open(sys.argv[2], "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
        peer.on("track", lambda track: asyncio.ensure_future(record(track, file)))
        while line := await lines.readline():
            print(json.dumps(await obey(peer, tone, json.loads(line))), flush=True)
        await peer.close()


if __name__ == "__main__":
    asyncio.run(main())

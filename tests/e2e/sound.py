# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes test signals and measures recordings."""
import array
import collections
import math
import sys
import wave

RATE = 48000

# One sound with silence around it: seconds, Hz, and the amplitude of that sine in dBFS.
Burst = collections.namedtuple("Burst", "start duration hz level")


def tone(hz, seconds, level=-12.0):
    """Returns: samples of a sine whose amplitude is so many dBFS."""
    amplitude = 32767 * 10 ** (level / 20)
    return array.array("h", (round(amplitude * math.sin(2 * math.pi * hz * i / RATE))
                             for i in range(round(seconds * RATE))))


def silence(seconds):
    return array.array("h", bytes(2 * round(seconds * RATE)))


def write(path, *parts):
    samples = array.array("h")
    for part in parts:
        samples.extend(part)
    if sys.byteorder == "big":
        samples.byteswap()
    with wave.open(path, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
        file.writeframes(samples.tobytes())


def _mix_down(samples, channels):
    if channels == 1:
        return samples
    return [sum(samples[i:i + channels]) / channels for i in range(0, len(samples), channels)]


def _thin_out(samples, factor):
    """Averages neighbours: telephone sound has nothing above 4 kHz, and Python is slow."""
    return [sum(samples[i:i + factor]) / factor
            for i in range(0, len(samples) - factor + 1, factor)]


def goertzel(samples, rate, hz):
    """Returns: the amplitude of that frequency; 1.0 is full scale."""
    if not samples:
        return 0.0
    coefficient = 2 * math.cos(2 * math.pi * hz / rate)
    last = before = 0.0
    for sample in samples:
        last, before = sample + coefficient * last - before, last
    power = last * last + before * before - coefficient * last * before
    return 2 * math.sqrt(max(power, 0)) / len(samples) / 32768


def level(amplitude):
    return 20 * math.log10(max(amplitude, 1e-6))


class Recording:
    """A WAV file with 16-bit samples."""

    WINDOW = 0.01

    def __init__(self, path):
        with wave.open(path, "rb") as file:
            if file.getsampwidth() != 2:
                raise AssertionError("%s has %d bits" % (path, 8 * file.getsampwidth()))
            samples = array.array("h", file.readframes(file.getnframes()))
            if sys.byteorder == "big":
                samples.byteswap()
            samples = _mix_down(samples, file.getnchannels())
            self.rate = file.getframerate()
        self.duration = len(samples) / self.rate
        factor = self.rate // 8000 if self.rate % 8000 == 0 else 1
        self._samples = _thin_out(samples, factor)
        self._rate = self.rate // factor

    def _windows(self):
        size = int(self._rate * self.WINDOW)
        return [self._samples[i:i + size] for i in range(0, len(self._samples) - size + 1, size)]

    def _cut(self, start, end):
        return self._samples[int(start * self._rate):int(end * self._rate)]

    def find_strongest(self, start, end):
        """Returns: (Hz, amplitude) of the strongest sine in that stretch, to 1 Hz."""
        # Half a second is enough for 2 Hz, and more makes the steps too wide to meet the peak.
        samples = self._cut(start, min(end, start + 0.5))
        best = (0.0, 0.0)
        for step, width in ((4, None), (1, 8), (0.25, 2)):
            centre = best[1]
            low, high = (60, 3800) if width is None else (centre - width, centre + width)
            for i in range(int((high - low) / step) + 1):
                hz = low + i * step
                best = max(best, (goertzel(samples, self._rate, hz), hz))
        return best[1], best[0]

    def bursts(self, threshold=-35.0, gap=0.05):
        """Returns: the sounds in it; a pause shorter than the gap does not end one."""
        floor = 32768 * 10 ** (threshold / 20)
        spans = []
        for index, window in enumerate(self._windows()):
            start = index * self.WINDOW
            if max(map(abs, window)) < floor:
                continue
            if spans and start - spans[-1][1] < gap:
                spans[-1][1] = start + self.WINDOW
            else:
                spans.append([start, start + self.WINDOW])
        return [self._measure(start, end) for start, end in spans]

    def _measure(self, start, end):
        quarter = (end - start) / 4
        hz, amplitude = self.find_strongest(start + quarter, end - quarter)
        return Burst(start, end - start, hz, level(amplitude))

    def duration_of(self, hz, threshold=-35.0):
        """Returns: for how many seconds that sine sounds."""
        windows = [goertzel(window, self._rate, hz) for window in self._windows()]
        loudest = max(windows, default=0)
        if level(loudest) < threshold:
            return 0.0
        return sum(amplitude > loudest / 2 for amplitude in windows) * self.WINDOW

    def level_of(self, hz):
        """Returns: the amplitude of that sine in dBFS over the whole recording."""
        return level(goertzel(self._samples, self._rate, hz))

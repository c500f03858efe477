// SPDX-License-Identifier: LGPL-2.1-or-later
// Makes tones and measures what is heard.

const sound = {
  context: null,

  start() {
    if (!this.context)
      this.context = new AudioContext({ sampleRate: 48000 });
    return this.context.resume();
  },

  // A microphone in front of a sine; level in dBFS of its amplitude.
  async tone(hz, level = -12) {
    await this.start();
    const oscillator = new OscillatorNode(this.context, { frequency: hz });
    const gain = new GainNode(this.context, { gain: 10 ** (level / 20) });
    const out = new MediaStreamAudioDestinationNode(this.context, { channelCount: 1 });
    oscillator.connect(gain).connect(out);
    oscillator.start();
    return out.stream.getAudioTracks()[0];
  },

  // A measuring device for a remote track. Chromium lets its sound into a graph only while an
  // element plays it, too.
  async ear(track) {
    await this.start();
    const stream = new MediaStream([track]);
    const element = new Audio();
    element.srcObject = stream;
    element.play();
    const analyser = new AnalyserNode(this.context,
      { fftSize: 8192, smoothingTimeConstant: 0 });
    new MediaStreamAudioSourceNode(this.context, { mediaStream: stream }).connect(analyser);
    return { analyser, element };
  },

  // Returns: the strongest frequencies of this moment, strongest first, [{hz, level}], at least
  // 60 Hz from each other; [] in silence.
  listen({ analyser }, count = 2, floor = -50) {
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    const width = this.context.sampleRate / analyser.fftSize;
    const peaks = [];
    for (let i = 2; i < bins.length - 2; i++)
      if (bins[i] > floor && bins[i] >= bins[i - 1] && bins[i] > bins[i + 1])
        peaks.push({ hz: (i + this.lean(bins, i)) * width, level: bins[i] });
    peaks.sort((a, b) => b.level - a.level);
    const found = [];
    for (const peak of peaks)
      if (found.length < count && found.every(({ hz }) => Math.abs(hz - peak.hz) > 60))
        found.push(peak);
    return found;
  },

  // How far the top lies from the middle of its bin, by a parabola through three of them.
  lean(bins, i) {
    const [before, at, after] = [bins[i - 1], bins[i], bins[i + 1]];
    const bend = before - 2 * at + after;
    return bend === 0 ? 0 : (before - after) / (2 * bend);
  },
};

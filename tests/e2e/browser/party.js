// SPDX-License-Identifier: LGPL-2.1-or-later
// A user of the gateway in a browser: one call at a time, over REST and websocket, with the
// browser's own RTCPeerConnection. The test drives it and reads `party`.

const party = {
  sid: null,          // the leg, once the gateway has named it
  state: "idle",      // idle, calling, ringing, up, ended
  offered: null,      // the description of a call that comes in
  told: [],           // the notifications that came
  failure: null,      // what went wrong where nobody waited for it
  peer: null,
  tracks: null,       // the remote ones that were announced
  ears: [],
  eyes: [],

  // Signing in

  async signIn(base, user) {
    this.base = base;
    this.user = user;
    const { subscribeResponse } = await this.send("POST", "subscription", { subscribeRequest: {
      expires: 3600, service: ["call"], notificationType: "WebSocket" } });
    const channel = subscribeResponse.subscriptionParams.notificationChannel;
    const socket = new WebSocket(base.replace(/^http/, "ws") + channel);
    socket.onmessage = ({ data }) => this.onMessage(JSON.parse(data));
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error("no websocket"));
    });
  },

  async send(method, path, body) {
    const response = await fetch(`${this.base}/rest/version/1/user/${this.user}/${path}`, {
      method,
      headers: { "Authorization": "Basic " + btoa(this.user + ":any"),
        "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${method} ${path} ${JSON.stringify(body && Object.values(body)[0].type)}: `
        + `${response.status} ${text}`);
    return text ? JSON.parse(text) : null;
  },

  sendToLeg(request) {
    return this.send("PUT", "callControl/callSessions/" + this.sid,
      { callControlRequest: request });
  },

  // What the gateway tells

  onMessage(message) {
    const told = message.notificationMessage;
    if (!told)
      return;
    this.told.push(told.eventType);
    const { sessionData, sdp } = told.sessionParams || {};
    const handlers = {
      call: () => this.onCall(sessionData, sdp),
      ringing: () => { this.state = "ringing"; },
      respondCallUpdate: () => this.onAnswer(sdp, told.statusCode),
      startCallUpdate: () => this.onOffer(sdp),
      callEnd: () => this.onEnd(),
    };
    const handler = handlers[told.eventType];
    if (handler && (sessionData === this.sid || told.eventType === "call"))
      Promise.resolve(handler()).catch((error) => { this.failure = String(error); });
  },

  async onCall(sessionData, sdp) {
    this.sid = sessionData;
    this.offered = sdp;
    this.state = "ringing";
    await this.sendToLeg({ type: "ringing" });
  },

  async onAnswer(sdp, statusCode) {
    if (!sdp)
      throw new Error("an update was refused: " + statusCode);
    await this.peer.setRemoteDescription({ type: "answer", sdp });
    this.state = "up";
  },

  async onOffer(sdp) {
    await this.peer.setRemoteDescription({ type: "offer", sdp });
    await this.sendToLeg({ type: "respondCallUpdate", sdp: await this.describe("answer") });
  },

  onEnd() {
    this.peer?.close();
    this.state = "ended";
  },

  // Media

  open() {
    this.peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.tracks = new Set();
    this.ears = [];
    this.eyes = [];
    this.peer.ontrack = ({ track }) => this.onTrack(track);
  },

  // A track that was away comes back as itself.
  async onTrack(track) {
    if (this.tracks.has(track))
      return;
    this.tracks.add(track);
    if (track.kind === "audio")
      this.ears.push(await sound.ear(track));
    else
      this.eyes.push(picture.eye(track));
  },

  async speak(hz) {
    this.peer.addTrack(await sound.tone(hz), new MediaStream());
  },

  async show() {
    const stream = await navigator.mediaDevices.getUserMedia(
      { video: { width: 320, height: 240, frameRate: 15 } });
    return this.peer.addTrack(stream.getVideoTracks()[0], stream);
  },

  // The gateway takes whole descriptions only, so this waits for all candidates.
  async describe(type, options) {
    await this.peer.setLocalDescription(
      type === "offer" ? await this.peer.createOffer(options) : await this.peer.createAnswer());
    while (this.peer.iceGatheringState !== "complete")
      await new Promise((resolve) =>
        this.peer.addEventListener("icegatheringstatechange", resolve, { once: true }));
    return this.peer.localDescription.sdp;
  },

  // Calls

  async make(to, hz, video = false) {
    this.open();
    await this.speak(hz);
    if (video)
      await this.show();
    this.state = "calling";
    const reply = await this.send("POST", "callControl", { callControlRequest: {
      type: "callStart", from: "sip:" + this.user, to: "sip:" + to,
      sdp: await this.describe("offer") } });
    this.sid = reply.callControlResponse.sessionData;
  },

  async answer(hz, video = false) {
    this.open();
    await this.peer.setRemoteDescription({ type: "offer", sdp: this.offered });
    await this.speak(hz);
    if (video)
      await this.show();
    await this.sendToLeg({ type: "callAnswer", sdp: await this.describe("answer") });
    this.state = "up";
  },

  async end() {
    await this.send("DELETE", "callControl/callSessions/" + this.sid);
    this.onEnd();
  },

  // Offers what has changed, and waits until it is agreed on.
  async update(options, edit = (sdp) => sdp) {
    this.failure = null;
    const answered = this.told.filter((type) => type === "respondCallUpdate").length;
    await this.sendToLeg({ type: "startCallUpdate", sdp: edit(await this.describe("offer", options)) });
    while (this.told.filter((type) => type === "respondCallUpdate").length === answered
           || this.peer.signalingState !== "stable") {
      if (this.failure)
        throw new Error(this.failure);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  },

  setDirection(direction) {
    for (const transceiver of this.peer.getTransceivers())
      if (!transceiver.stopped)
        transceiver.direction = direction;
    return this.update();
  },

  hold() { return this.setDirection("inactive"); },
  holdWithMusic() { return this.setDirection("sendonly"); },
  unhold() { return this.setDirection("sendrecv"); },
  restartIce() { return this.update({ iceRestart: true }); },

  async addVideo() {
    await this.show();
    return this.update();
  },

  // Takes the line away for good, so that the next addition may recycle it.
  removeVideo() {
    for (const transceiver of this.peer.getTransceivers())
      if (transceiver.receiver.track.kind === "video" && !transceiver.stopped) {
        transceiver.sender.track?.stop();
        transceiver.stop();
      }
    return this.update();
  },

  // Says on every line that this end opens the DTLS connection.
  updateAsActive() {
    return this.update({}, (sdp) => sdp.replaceAll("a=setup:actpass", "a=setup:active"));
  },

  // A line of a kind that a telephone has no use for.
  addData() {
    this.peer.createDataChannel("data");
    return this.update();
  },

  sendDtmf(tones, duration, gap) {
    this.peer.getSenders().find(({ dtmf }) => dtmf).dtmf.insertDTMF(tones, duration, gap);
  },

  // Measurements

  hear(count) { return this.ears.length ? sound.listen(this.ears.at(-1), count) : []; },
  see() { return this.eyes.length ? picture.look(this.eyes.at(-1)) : null; },

  // Whether the picture stands still for a while.
  async isFrozen() {
    const before = this.see()?.frames;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return this.see()?.frames === before;
  },

  async getStats(type, kind = "audio") {
    const report = await this.peer.getStats();
    return [...report.values()].filter((entry) => entry.type === type
      && (entry.kind === undefined || entry.kind === kind));
  },
};

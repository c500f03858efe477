// SPDX-License-Identifier: LGPL-2.1-or-later
// The same `party` as in party.js, on top of the client for visitors that the vendor publishes.
// That one is not here: the test says where it was fetched to.

const party = {
  id: null,
  isRendered: false,
  ear: null,

  load(path) {
    const script = document.createElement("script");
    script.src = "file://" + path;
    document.head.append(script);
    return new Promise((resolve, reject) => {
      script.onload = () => resolve();
      script.onerror = () => reject(new Error("cannot load " + path));
    });
  },

  async signIn(base) {
    const { hostname, port } = new URL(base);
    const rest = { port, protocol: "https", version: "1" };
    this.client = Kandy.create({
      logs: { logLevel: "silent" },
      authentication: {
        subscription: { server: hostname, ...rest },
        websocket: { server: hostname, port, protocol: "wss" },
        server: { base: hostname, ...rest },
      },
    });
    this.client.on("call:stateChange", () => this.render());
  },

  get call() { return this.id && this.client.call.getById(this.id); },

  get state() {
    const states = { Connected: "up", "On Hold": "up", Ringing: "ringing", Ended: "ended" };
    return this.call ? states[this.call.state] || "calling" : "idle";
  },

  // Plays what comes, as a page does, and listens to the element.
  async render() {
    if (this.isRendered || !this.call?.remoteTracks.length)
      return;
    this.isRendered = true;
    const page = document.querySelector("#far-end");
    const isThere = new Promise((resolve) =>
      new MutationObserver(resolve).observe(page, { childList: true }));
    this.client.media.renderTracks(this.call.remoteTracks, "#far-end");
    await isThere;
    this.ear = await sound.ear(page.querySelector("audio, video").srcObject.getAudioTracks()[0]);
  },

  async make(to, hz) {
    const track = await sound.tone(hz);
    navigator.mediaDevices.getUserMedia = async () => new MediaStream([track]);
    this.id = this.client.call.makeAnonymous(to, {},
      { from: "visitor@sandbox.test", audio: true });
  },

  // Starts an operation, and waits until it has come to its end.
  run(name, operation) {
    return new Promise((resolve, reject) => {
      const onOperation = ({ callId, operation: found, transition, error, isLocal }) => {
        if (callId !== this.id || found !== operation || transition !== "FINISH" || !isLocal)
          return;
        this.client.off("call:operation", onOperation);
        if (error)
          reject(new Error(error.message));
        else
          resolve();
      };
      this.client.on("call:operation", onOperation);
      this.client.call[name](this.id);
    });
  },

  hold() { return this.run("hold", "HOLD"); },
  unhold() { return this.run("unhold", "UNHOLD"); },
  end() { return this.run("end", "END"); },
  sendDtmf(tones) { this.client.call.sendDTMF(this.id, tones); },

  getFlags() {
    const { state, localHold, remoteHold } = this.call;
    return [state, localHold, remoteHold];
  },

  hear(count) { return this.ear ? sound.listen(this.ear, count) : []; },
};

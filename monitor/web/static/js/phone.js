// The page that makes this phone a camera: one video by WHIP, no sound, connected again when lost.

import { gathered, iceServers } from "./live/ice.js";

const AGAIN = [1000, 2000, 5000, 10000]; // milliseconds between attempts

class Sender {
  constructor(card) {
    this.address = `/api/v1/phone/${card.dataset.camera}`;
    this.state = document.getElementById("phone-state");
    this.picture = document.getElementById("phone-picture");
    this.attempts = 0;
    this.wanted = false;
  }

  async start() {
    if (!window.isSecureContext || !navigator.mediaDevices) {
      this.say("insecure", "bad");
      return;
    }
    this.wanted = true;
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { max: 25 } },
      });
    } catch {
      this.say("denied", "bad");
      return this.stop(false);
    }
    this.picture.srcObject = this.stream;
    this.awake = await navigator.wakeLock?.request("screen").catch(() => undefined);
    await this.connect();
  }

  async stop(tell = true) {
    this.wanted = false;
    clearTimeout(this.timer);
    this.hangUp();
    this.stream?.getTracks().forEach((track) => track.stop());
    this.picture.srcObject = null;
    await this.awake?.release();
    if (tell) this.say("idle", "wait");
  }

  async connect() {
    this.say("connecting", "wait");
    this.hangUp();
    const servers = await iceServers().catch(() => []);
    if (!this.wanted) return undefined;
    const connection = new RTCPeerConnection({ iceServers: servers });
    this.connection = connection;
    connection.addEventListener("connectionstatechange", () => {
      if (connection !== this.connection) return;
      if (connection.connectionState === "connected") {
        this.attempts = 0;
        this.say("sending", "good");
      } else if (connection.connectionState === "failed") {
        this.retry("lost");
      }
    });
    const transceiver = connection.addTransceiver(this.stream.getVideoTracks()[0], { direction: "sendonly" });
    const codecs = RTCRtpSender.getCapabilities("video").codecs.filter(
      (codec) => codec.mimeType.toLowerCase() === "video/h264" && /packetization-mode=1/.test(codec.sdpFmtpLine ?? ""),
    );
    if (codecs.length === 0) {
      this.say("old", "bad");
      return this.stop(false);
    }
    transceiver.setCodecPreferences(codecs);
    try {
      await connection.setLocalDescription();
      await gathered(connection);
      const answer = await fetch(this.address, {
        method: "POST",
        headers: { "Content-Type": "application/sdp" },
        body: connection.localDescription.sdp,
      });
      if (!answer.ok) return this.retry("away");
      this.location = answer.headers.get("Location");
      await connection.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    } catch {
      this.retry("lost");
    }
    return undefined;
  }

  retry(why) {
    this.hangUp();
    if (!this.wanted) return;
    this.say(why, "bad");
    const wait = AGAIN[Math.min(this.attempts++, AGAIN.length - 1)];
    this.timer = setTimeout(() => this.connect(), wait);
  }

  hangUp() {
    this.connection?.close();
    this.connection = undefined;
    if (this.location) fetch(this.location, { method: "DELETE", keepalive: true }).catch(() => undefined);
    this.location = undefined;
  }

  say(key, health) {
    this.state.textContent = this.state.dataset[key];
    this.state.dataset.health = health;
  }
}

/** Wires up the page. */
export function startPhone() {
  const sender = new Sender(document.getElementById("phone"));
  const start = document.getElementById("phone-start");
  const stop = document.getElementById("phone-stop");
  const show = () => {
    start.hidden = sender.wanted;
    stop.hidden = !sender.wanted;
  };
  start.addEventListener("click", () => sender.start().finally(show));
  stop.addEventListener("click", () => sender.stop().finally(show));
  window.addEventListener("pagehide", () => sender.stop());
}

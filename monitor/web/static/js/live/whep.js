// One WebRTC connection to one camera, agreed by WHEP: POST the offer, DELETE to end.
//
// The offer goes out without candidates: the server is reachable and learns the browser's address
// from its connectivity checks, so nothing is waited for. Only where STUN or TURN is configured the
// offer waits for the addresses that those give.

import { gathered, iceServers } from "./ice.js";

const DISCONNECTED_MS = 4000;
const HEADERS = { "X-Kanhu-Request": "1" };
const KINDS = {
  401: "signin",
  403: "signin",
  404: "gone",
  409: "full",
  422: "unsupported",
  429: "full",
  503: "busy",
};

/** Why there is no connection; `kind` names the words for it. */
export class WhepFailure extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

export class WhepConnection {
  #url;
  #handlers;
  #peer = null;
  #session = null;
  #timer = 0;
  #closed = false;
  #abort = new AbortController();

  /** `handlers`: stream(MediaStream), message(object), end(WhepFailure); end is called once. */
  constructor(url, handlers) {
    this.#url = url;
    this.#handlers = handlers;
  }

  /** Connect; failures go to the `end` handler. */
  async open() {
    try {
      await this.#negotiate();
    } catch (error) {
      this.#end(error instanceof WhepFailure ? error : new WhepFailure("unsupported"));
    }
  }

  /** End without telling the `end` handler; safe at any time, also while the page goes away. */
  close() {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#abort.abort();
    this.#peer?.close();
    this.#delete();
  }

  async #negotiate() {
    const servers = await iceServers().catch(() => []);
    if (this.#closed) return;
    const peer = new RTCPeerConnection({ iceServers: servers, bundlePolicy: "max-bundle" });
    this.#peer = peer;
    const { receiver } = peer.addTransceiver("video", { direction: "recvonly" });
    if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
    const channel = peer.createDataChannel("overlay", { ordered: false, maxRetransmits: 0 });
    channel.onmessage = (event) => this.#message(event.data);
    // A server that stops in good order closes the channel, long before ICE notices anything.
    channel.onclose = () => this.#end(new WhepFailure("lost"));
    peer.ontrack = (event) => this.#handlers.stream(new MediaStream([event.track]));
    peer.onconnectionstatechange = () => this.#stateChanged(peer.connectionState);
    await peer.setLocalDescription();
    if (servers.length > 0) await gathered(peer);
    const answer = await this.#post(peer.localDescription.sdp);
    if (this.#closed) return;
    await peer.setRemoteDescription({ type: "answer", sdp: answer });
  }

  async #post(sdp) {
    const headers = { ...HEADERS, "Content-Type": "application/sdp" };
    let response;
    try {
      response = await fetch(this.#url, {
        method: "POST",
        headers,
        body: sdp,
        credentials: "same-origin",
        signal: this.#abort.signal,
      });
    } catch {
      throw new WhepFailure("unreachable");
    }
    if (response.status !== 201) throw new WhepFailure(kindOf(response));
    const location = response.headers.get("Location");
    if (location) this.#session = new URL(location, response.url).href;
    const answer = await response.text();
    if (this.#closed) this.#delete();
    return answer;
  }

  #delete() {
    const session = this.#session;
    this.#session = null;
    if (session === null || new URL(session).origin !== window.location.origin) return;
    const request = { method: "DELETE", headers: HEADERS, keepalive: true };
    fetch(session, { ...request, credentials: "same-origin" }).catch(() => {
      // The server ends the session by itself when nobody answers any more.
    });
  }

  #message(data) {
    if (this.#closed) return;
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    this.#handlers.message(message);
  }

  #stateChanged(state) {
    clearTimeout(this.#timer);
    if (state === "failed" || state === "closed") this.#end(new WhepFailure("lost"));
    if (state === "disconnected") {
      this.#timer = setTimeout(() => this.#end(new WhepFailure("lost")), DISCONNECTED_MS);
    }
  }

  #end(failure) {
    if (this.#closed) return;
    this.close();
    this.#handlers.end(failure);
  }
}

function kindOf(response) {
  // A redirect ends on the sign-in page, which is a page and not an answer.
  if (response.redirected) return "signin";
  return KINDS[response.status] ?? "server";
}

// Plays recorded files through Media Source Extensions: one clock for a whole day, gaps skipped.
//
// Each file is fetched from the keyframe before the wanted time and fed to the browser as it comes.
// A file's own clock begins at zero; its place in the day is the buffer's timestamp offset.

const AHEAD = 30; // seconds kept ready
const BEHIND = 20; // seconds kept for going back a little
const LAST_PICTURE = 1; // seconds for which the last picture before a gap may be shown

/** Plays `segments` ({id, start, end} in seconds since the epoch) on `video`; `zero` is its 0. */
export class FootagePlayer {
  /** `tell(what, detail)` is called with "gap", "codec" and "broken". */
  constructor(video, segments, zero, pass, tell) {
    this.video = video;
    this.segments = segments.map(({ id, start, end }) => ({ id, start: start - zero, end: end - zero }));
    this.pass = pass;
    this.tell = tell;
    this.convert = false; // have the server encode again what this browser cannot play
    this.source = new MediaSource();
    this.buffer = null;
    this.type = "";
    this.run = 0; // grows with each jump; what belongs to an earlier one stops
    this.abort = new AbortController();
    this.opened = new Promise((done) => this.source.addEventListener("sourceopen", done, { once: true }));
    video.src = URL.createObjectURL(this.source);
    for (const name of ["timeupdate", "waiting", "stalled"]) {
      video.addEventListener(name, () => this.skipGap());
    }
  }

  /** Goes to `time` seconds, or to what follows if there is nothing then. */
  async seek(time) {
    const run = ++this.run;
    this.abort.abort();
    this.abort = new AbortController();
    await this.opened;
    const index = this.segments.findIndex((segment) => segment.end > time + 0.05);
    if (index < 0 || run !== this.run) return false;
    const target = Math.max(time, this.segments[index].start + 0.001);
    try {
      await this.clear();
      this.video.currentTime = target;
      await this.fill(run, index, target);
    } catch (error) {
      if (run === this.run && error.name !== "AbortError") this.tell("broken", error);
    }
    return true;
  }

  /** Feeds file after file until a later jump, or until one that the browser cannot play. */
  async fill(run, index, from) {
    const { signal } = this.abort;
    for (let at = index; at < this.segments.length && run === this.run; at += 1) {
      const segment = this.segments[at];
      const offset = at === index ? Math.max(0, from - segment.start) : 0;
      if (!(await this.feed(run, segment, offset, signal))) return;
    }
    await this.idle();
    if (run === this.run && this.source.readyState === "open") this.source.endOfStream();
  }

  /** Feeds one file; says whether the next one may follow. */
  async feed(run, segment, offset, signal) {
    const address = `/api/v1/recordings/segments/${segment.id}`;
    const pass = encodeURIComponent(this.pass);
    const head = await this.ask(`${address}/head?pass=${pass}`, signal);
    const type = head.headers.get("content-type");
    const bytes = await head.arrayBuffer();
    if (run !== this.run) return false;
    if (this.convert && !MediaSource.isTypeSupported(type)) {
      return this.feedConverted(run, segment, offset, signal);
    }
    if (!(await this.take(type))) return false;
    this.buffer.timestampOffset = segment.start;
    await this.append(bytes);
    const media = await this.ask(`${address}/media?from=${offset.toFixed(3)}&pass=${pass}`, signal);
    const reader = media.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || run !== this.run) break;
      await this.append(value);
      while (run === this.run && this.ready() > AHEAD) await pause(200);
    }
    return run === this.run;
  }

  /** Feeds a file that the server encodes again, a few seconds at a time. */
  async feedConverted(run, segment, offset, signal) {
    const address = `/api/v1/recordings/segments/${segment.id}/reencoded?pass=${encodeURIComponent(this.pass)}`;
    for (let from = offset; from < segment.end - segment.start - 0.05 && run === this.run; ) {
      const piece = await this.ask(`${address}&from=${from.toFixed(3)}`, signal);
      const bytes = await piece.arrayBuffer();
      if (run !== this.run || !(await this.take(piece.headers.get("content-type")))) return false;
      this.buffer.timestampOffset = segment.start + Number(piece.headers.get("x-start"));
      await this.append(bytes);
      from = Math.max(from + 0.1, Number(piece.headers.get("x-end")));
      while (run === this.run && this.ready() > AHEAD) await pause(200);
    }
    return run === this.run;
  }

  async ask(address, signal) {
    let response = await fetch(address, { signal });
    for (let wait = 1; response.status === 409 && wait <= 8; wait *= 2) {
      this.tell("busy");
      await pause(wait * 1000);
      response = await fetch(address, { signal });
    }
    if (!response.ok) throw new Error(`${response.status}`);
    return response;
  }

  /** Makes the buffer ready for a codec; says whether the browser can play it. */
  async take(type) {
    if (!MediaSource.isTypeSupported(type)) {
      this.tell("codec", type);
      return false;
    }
    if (this.buffer === null) {
      this.buffer = this.source.addSourceBuffer(type);
      const last = this.segments[this.segments.length - 1];
      this.source.duration = last.end + 1;
    } else if (this.type !== type) {
      await this.idle();
      this.buffer.changeType(type);
    }
    this.type = type;
    await this.idle();
    return true;
  }

  async append(bytes) {
    await this.idle();
    for (;;) {
      try {
        this.buffer.appendBuffer(bytes);
        break;
      } catch (error) {
        if (error.name !== "QuotaExceededError") throw error;
        await this.forget(2);
        await pause(300);
      }
    }
    await this.idle();
    this.skipGap();
    await this.forget(BEHIND);
  }

  /** Throws away what was played more than `seconds` ago. */
  async forget(seconds) {
    const until = this.video.currentTime - seconds;
    if (this.buffer.buffered.length && this.buffer.buffered.start(0) < until - 5) {
      this.buffer.remove(0, until);
      await this.idle();
    }
  }

  async clear() {
    if (this.buffer === null) return;
    // A file cut off in the middle leaves the parser waiting; this sets it back.
    if (this.source.readyState === "open") this.buffer.abort();
    this.buffer.remove(0, Infinity);
    await this.idle();
  }

  idle() {
    if (this.buffer === null || !this.buffer.updating) return Promise.resolve();
    return new Promise((done) => this.buffer.addEventListener("updateend", done, { once: true }));
  }

  /** Seconds that can be played from here on without waiting. */
  ready() {
    const { buffered, currentTime } = this.video;
    for (let index = 0; index < buffered.length; index += 1) {
      if (buffered.end(index) > currentTime) return buffered.end(buffered.length - 1) - currentTime;
    }
    return 0;
  }

  /** Jumps over a time of which there is nothing. */
  skipGap() {
    const { buffered, currentTime, readyState, seeking } = this.video;
    if (seeking) return;
    // The last picture before a gap may stand still a little before the gap itself begins.
    const slack = readyState < HTMLMediaElement.HAVE_FUTURE_DATA ? LAST_PICTURE : 0;
    for (let index = 0; index < buffered.length; index += 1) {
      if (currentTime < buffered.start(index)) {
        const length = buffered.start(index) - currentTime;
        if (length > LAST_PICTURE) this.tell("gap", length);
        this.video.currentTime = buffered.start(index) + 0.001;
        return;
      }
      if (currentTime < buffered.end(index) - slack) return;
    }
  }
}

function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

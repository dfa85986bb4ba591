// How old the picture on the screen is.
//
// Two things are known: when this browser last showed a new frame, and, from the server's messages,
// how old the newest picture was when it was sent (both of whose times come from the server's
// clock, so that the clocks of browser and server need not agree). The worse of the two counts.

const MESSAGE_VALID_MS = 2500;

export class Freshness {
  #frameAt = null;
  #messageAt = null;
  #lag = null;

  /** A new frame was shown at `now` (milliseconds of performance.now()). */
  frame(now) {
    this.#frameAt = now;
  }

  /** A message arrived at `now`. */
  message(message, now) {
    this.#messageAt = now;
    this.#lag = message.picture === null ? null : message.now - message.picture;
  }

  /** Nothing could be shown for a while through no fault of the camera: count from `now` on. */
  forgive(now) {
    if (this.#frameAt !== null) this.#frameAt = now;
  }

  /** Seconds since the picture on the screen was taken, or null before the first. */
  age(now) {
    if (this.#frameAt === null) return null;
    const shown = (now - this.#frameAt) / 1000;
    return Math.max(shown, this.lag(now) ?? 0);
  }

  /** Seconds by which the server's newest picture is old, or null if it has not said lately. */
  lag(now) {
    const fresh = this.#messageAt !== null && now - this.#messageAt < MESSAGE_VALID_MS;
    return fresh ? this.#lag : null;
  }

  /** Seconds since a frame or a message came, counted from `since` at the earliest. */
  silence(now, since) {
    return (now - Math.max(since, this.#frameAt ?? 0, this.#messageAt ?? 0)) / 1000;
  }

  /** Seconds since a frame was shown, counted from `since` at the earliest. */
  stillness(now, since) {
    return (now - Math.max(since, this.#frameAt ?? 0)) / 1000;
  }
}

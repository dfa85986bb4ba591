// Texts that the server put into the page's head, in the page's language.

/** Returns the text of `key` with its `{places}` filled in. */
export function text(key, values = {}) {
  const meta = document.querySelector(`meta[name="text:${key}"]`);
  const raw = meta === null ? key : meta.content;
  return raw.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

/** Returns a length of time in its two greatest units. */
export function duration(seconds) {
  const total = Math.max(0, Math.floor(seconds));
  const days = Math.floor(total / 86400);
  const hours = Math.floor((total % 86400) / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  if (days) return text("duration.days", { first: days, second: hours });
  if (hours) return text("duration.hours", { first: hours, second: minutes });
  if (minutes) return text("duration.minutes", { first: minutes, second: total % 60 });
  return text("duration.seconds", { first: total });
}

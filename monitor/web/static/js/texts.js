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
  const word = (unit, n) => text(`duration.${unit}`, { n });
  if (days) return `${word("day", days)} ${word("hour", hours)}`;
  if (hours) return `${word("hour", hours)} ${word("minute", minutes)}`;
  if (minutes) return `${word("minute", minutes)} ${word("second", total % 60)}`;
  return word("second", total);
}

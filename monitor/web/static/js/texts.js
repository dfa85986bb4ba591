// Texts that the server put into the page's head, in the page's language.

/** Returns the text of `key` with its `{places}` filled in. */
export function text(key, values = {}) {
  const meta = document.querySelector(`meta[name="text:${key}"]`);
  const raw = meta === null ? key : meta.content;
  return raw.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

/** Returns a length of time in its two greatest units, without the second if it is none. */
export function duration(seconds) {
  const total = Math.max(0, Math.floor(seconds));
  const days = Math.floor(total / 86400);
  const hours = Math.floor((total % 86400) / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const parts = [["day", days], ["hour", hours], ["minute", minutes], ["second", total % 60]];
  const found = parts.findIndex(([, count]) => count > 0);
  const first = found < 0 ? parts.length - 1 : found;
  return parts
    .slice(first, first + 2)
    .filter(([, count], index) => index === 0 || count > 0)
    .map(([unit, n]) => text(`duration.${unit}`, { n }))
    .join(" ");
}

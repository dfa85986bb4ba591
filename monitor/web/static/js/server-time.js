// The server's clock: a control room's own one may be wrong, and ages must not be.

let offset = 0;

/** Takes the server's time as of this moment. */
export function setServerTime(iso) {
  const moment = Date.parse(iso);
  if (!Number.isNaN(moment)) offset = moment - Date.now();
}

/** Returns the server's present time in milliseconds since the epoch. */
export function serverNow() {
  return Date.now() + offset;
}

// Keys that a page answers, beside those that belong to what is typed and to the browser.

/** Says whether a key was pressed for the page: in no field or dialog, with nothing held beside it. */
export function isForPage(event) {
  const typing = event.target.closest("input, textarea, select, dialog[open]") !== null;
  return !(typing || event.ctrlKey || event.metaKey || event.altKey);
}

/** Calls `send` when Ctrl+Enter is pressed in `field`. */
export function onSend(field, send) {
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
  });
}

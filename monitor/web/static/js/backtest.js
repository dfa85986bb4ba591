// The page of back-tests: follows a run while it goes on, and ends it when the page is left.
import { refresh } from "./parts.js";

const EVERY = 1000;

/** Wires up the page. */
export function startBacktest() {
  setInterval(() => document.querySelector("[data-running]") && refresh(), EVERY);
  addEventListener("pagehide", () => {
    const form = document.querySelector("[data-running] form");
    if (form !== null) navigator.sendBeacon(form.action, new FormData(form));
  });
}

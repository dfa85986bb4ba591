// The page of a room: boxes over the live picture can be switched off.

/** Wires up the page. */
export function startRoom() {
  const overlay = document.getElementById("overlay");
  overlay?.addEventListener("change", () => {
    document.querySelector("kanhu-live").toggleAttribute("overlay", overlay.checked);
  });
}

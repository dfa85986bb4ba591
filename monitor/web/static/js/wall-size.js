// How many tiles of the wall fill its place: 4, 9, 16, or as many as are large enough. Each browser
// remembers its own choice, since it belongs to the screen, not to the person.

const CHOSEN = "kanhu-wall-tiles";
const CHOICES = ["auto", "4", "9", "16"];

/** Wires up the buttons and takes up what was chosen last. */
export function startWallSize() {
  for (const button of buttons()) button.addEventListener("click", () => choose(button.dataset.tiles));
  show();
}

/** Goes on to the next choice. */
export function nextWallSize() {
  choose(CHOICES[(CHOICES.indexOf(chosen()) + 1) % CHOICES.length]);
}

function choose(tiles) {
  localStorage.setItem(CHOSEN, tiles);
  show();
}

function chosen() {
  const known = localStorage.getItem(CHOSEN);
  return CHOICES.includes(known) ? known : "auto";
}

function show() {
  document.getElementById("wall").dataset.tiles = chosen();
  for (const button of buttons()) button.setAttribute("aria-pressed", String(button.dataset.tiles === chosen()));
}

function buttons() {
  return document.querySelectorAll("#wall-size [data-tiles]");
}

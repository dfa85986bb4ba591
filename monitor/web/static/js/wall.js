// The wall of live pictures: rooms with alerts first, and live only what can be seen.

const MOST_LIVE = 16;

const visible = new Set();

/** Begins to show live pictures. */
export function startWall() {
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting) visible.add(entry.target);
        else visible.delete(entry.target);
      }
      goLive();
    },
    { rootMargin: "200px" },
  );
  for (const picture of document.querySelectorAll("[data-live]")) observer.observe(picture);
  orderWall();
  document.addEventListener("kanhu:parts", orderWall);
}

/** Shows the first tile of a room large, in front of all others; the same room again, or none, ends it. */
export function enlarge(room) {
  const large = document.querySelector("[data-tile][data-large]");
  large?.removeAttribute("data-large");
  if (room === undefined || large?.dataset.room === room) {
    orderWall();
    return;
  }
  const tile = document.querySelector(`[data-tile][data-room="${CSS.escape(room)}"]`);
  if (tile === null) return;
  tile.setAttribute("data-large", "");
  orderWall();
  tile.scrollIntoView({ block: "nearest" });
}

function orderWall() {
  const busy = new Map();
  for (const row of document.querySelectorAll(".row[data-room]")) {
    if (!busy.has(row.dataset.room)) busy.set(row.dataset.room, row.dataset.severity);
  }
  const rooms = [...busy.keys()];
  for (const tile of document.querySelectorAll("[data-tile]")) {
    const severity = busy.get(tile.dataset.room);
    // CSS order moves a tile without touching the element, so its video plays on.
    const order = severity === undefined ? Number(tile.dataset.order) : rooms.indexOf(tile.dataset.room) - 1000;
    tile.style.order = tile.hasAttribute("data-large") ? "-5000" : String(order);
    if (severity === undefined) delete tile.dataset.severity;
    else tile.dataset.severity = severity;
  }
}

function goLive() {
  const wanted = [...visible]
    .sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top)
    .slice(0, MOST_LIVE);
  for (const picture of document.querySelectorAll("[data-live]")) {
    const player = picture.querySelector("kanhu-live");
    if (wanted.includes(picture)) {
      if (player === null) picture.append(newPlayer(picture.dataset.live, picture.dataset.name));
    } else player?.remove();
  }
}

function newPlayer(camera, name) {
  const player = document.createElement("kanhu-live");
  player.setAttribute("camera", camera);
  player.setAttribute("whep", `/api/v1/live/${camera}`);
  player.setAttribute("poster", `/api/v1/cameras/${camera}/still`);
  player.setAttribute("label", name);
  player.setAttribute("overlay", "");
  return player;
}

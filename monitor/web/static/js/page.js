// Entry of every page: wires up what the page's markup asks for.
import "./clock.js";
import { startAges } from "./ages.js";
import { startFeed } from "./feed.js";
import { startMenus } from "./menus.js";
import { startParts } from "./parts.js";

startAges();
startMenus();
if (document.querySelector("kanhu-live, [data-live]")) await import("./live-player.js");
if (document.body.dataset.position !== undefined) {
  startParts();
  if (document.body.dataset.page === "control-room") {
    const { startControlRoom } = await import("./control-room.js");
    startControlRoom();
  } else if (document.body.dataset.page === "alert") {
    const { startAlertPage } = await import("./alert-page.js");
    startAlertPage();
  } else if (document.body.dataset.page === "room") {
    const { startRoom } = await import("./room.js");
    startRoom();
  }
  startFeed(Number(document.body.dataset.position));
}

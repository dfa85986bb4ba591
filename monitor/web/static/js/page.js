// Entry of every page: wires up what the page's markup asks for.
import "./clock.js";
import { startAges } from "./ages.js";
import { startAlertPage } from "./alert-page.js";
import { startBacktest } from "./backtest.js";
import { startControlRoom } from "./control-room.js";
import { startFeed } from "./feed.js";
import { startMenus } from "./menus.js";
import { startNews } from "./news.js";
import { startParts } from "./parts.js";
import { startRoom } from "./room.js";

const PAGES = {
  "control-room": startControlRoom,
  alert: startAlertPage,
  backtest: startBacktest,
  room: startRoom,
};

const { page, position } = document.body.dataset;
startMenus();
startAges();
if (position !== undefined) {
  startParts();
  PAGES[page]?.();
  startNews();
  startFeed(Number(position));
}
if (page === "phone") import("./phone.js").then(({ startPhone }) => startPhone());
const push = document.querySelector("[data-push]");
if (push !== null) import("./push/board.js").then(({ startPush }) => startPush(push));
if (document.querySelector("kanhu-live, [data-live]")) import("./live-player.js");

// <kanhu-clock zone="Asia/Shanghai">: the district's time of day, by the server's clock.
import { serverNow } from "./server-time.js";

class KanhuClock extends HTMLElement {
  connectedCallback() {
    const zone = this.getAttribute("zone") || undefined;
    this.format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeStyle: "medium" });
    this.timer = setInterval(() => this.show(), 1000);
    this.show();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  show() {
    this.textContent = this.format.format(serverNow());
  }
}

customElements.define("kanhu-clock", KanhuClock);

// A run while it lasts: its numbers come as events; when its state changes the whole part is read again.
customElements.define("live-run", class extends HTMLElement {
  connectedCallback() {
    if (!this.dataset.events) return;
    this.spoken = 0;
    this.failures = 0;
    this.source = new EventSource(this.dataset.events);
    this.source.addEventListener("progress", (event) => this.show(event.data));
    this.source.addEventListener("state", () => this.reload());
    this.source.onopen = () => this.link("");
    this.source.onerror = () => this.lost();
  }

  disconnectedCallback() { this.source?.close(); }

  show(html) {
    this.failures = 0;
    this.seen = new Date();
    this.querySelector("[data-live]").innerHTML = html;
    // A screen reader hears a summary at most every ten seconds.
    if (Date.now() - this.spoken < 10000) return;
    this.spoken = Date.now();
    this.querySelector("[data-said]").textContent = this.querySelector("[data-summary]").dataset.summary;
  }

  reload() {
    this.source.close();
    htmx.ajax("GET", this.dataset.page, { target: this, swap: "outerHTML" });
  }

  lost() {
    this.failures += 1;
    if (this.failures < 5 && this.source.readyState !== EventSource.CLOSED) return this.link("Reconnecting");
    this.source.close();
    const last = this.seen ? ` · last ${this.seen.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}` : "";
    this.link(`Paused updates${last}. Reload the page to go on.`);
  }

  link(text) {
    const badge = this.querySelector("[data-link]");
    badge.hidden = !text;
    badge.textContent = text;
  }
});

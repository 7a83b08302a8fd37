// A draft that saves itself. Every block carries a field of the form, so the form is the state: this sends it, and puts
// the parts that the server renders in their places. Moving blocks is the work of draft-moves.js.
customElements.define("draft-board", class extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("#draft");
    this.isNew = this.dataset.draft === "new";
    this.copyKey = `mythos-draft-${this.dataset.draft}`;
    this.changes = 0; // what has been changed here, ever: an answer to less is not put in place
    this.saved = 0;
    this.failures = 0;
    this.queue = [];
    this.moves = "locked" in this.dataset ? null : window.draftMoves(this);
    this.form.addEventListener("input", (event) => this.edited(event));
    this.form.addEventListener("submit", (event) => this.submitted(event));
    this.addEventListener("click", (event) => this.clicked(event));
    this.guard = (event) => { if (this.isDirty) event.preventDefault(); };
    addEventListener("beforeunload", this.guard);
    new MutationObserver(() => this.markLibrary()).observe(this.querySelector("#library"), { childList: true });
    this.offerCopy();
    this.markLibrary();
    this.again();
  }

  disconnectedCallback() { removeEventListener("beforeunload", this.guard); }

  get isDirty() { return this.changes > this.saved; }

  edited(event) {
    const { name } = event.target;
    if (!name || event.target.form !== this.form || /^(reason|version)-/.test(name)) return;
    if (event.target.checkValidity()) this.changed();
  }

  // Something on the page differs from what is saved.
  changed() {
    this.changes += 1;
    this.tell("Saving…");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), 300);
    this.markLibrary();
  }

  submitted(event) {
    if (this.isNew) {
      this.saved = this.changes;
      return;
    }
    event.preventDefault();
    this.send(event.submitter);
  }

  // One request at a time, each with the whole form as it is then.
  send(submitter) {
    clearTimeout(this.timer);
    this.queue.push(submitter);
    if (!this.sending) this.isNew ? this.first() : this.drain();
  }

  // The first change makes the draft, and opens it under its own address.
  async first() {
    this.sending = true;
    await this.landed();
    this.saved = this.changes;
    this.form.submit();
  }

  async drain() {
    this.sending = true;
    while (this.queue.length) {
      const submitter = this.queue.shift();
      if (submitter || this.goal) this.moves?.cancel();
      await this.landed();
      if (submitter || this.isDirty) await this.post(submitter);
    }
    this.sending = false;
    const goal = this.goal;
    this.goal = null;
    if (goal && !this.isDirty) location.href = goal;
  }

  async post(submitter) {
    const upTo = this.changes;
    const fields = this.fields();
    if (submitter?.name) {
      fields.append(submitter.name, submitter.value);
      const typed = submitter.value.startsWith("swap:") && this.form.elements[`version-${submitter.value.slice(5)}`];
      if (typed) fields.append(typed.name, typed.value);
    }
    let response;
    try {
      response = await fetch(this.form.action, { method: "POST", body: fields, headers: { "HX-Request": "true" } });
    } catch { /* told below */ }
    if (response?.status === 409) return this.together(fields);
    if (!response || response.status >= 500 || response.redirected) return this.failed(fields, submitter);
    this.failures = 0;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!page.querySelector("[data-part]")) return this.tell("Not saved. Reload the page to see why.");
    if (response.ok) {
      this.saved = upTo;
      localStorage.removeItem(this.copyKey);
    }
    this.saveOnTopOf(page);
    this.put(page, upTo);
  }

  // A block in the air has no place yet, so nothing is sent until it has one.
  async landed() {
    while (this.moves?.isBusy()) await new Promise((done) => setTimeout(done, 100));
  }

  fields() {
    const fields = new FormData(this.form);
    for (const name of [...fields.keys()]) if (name.startsWith("version-")) fields.delete(name);
    return fields;
  }

  saveOnTopOf(page) {
    const base = page.querySelector("[name=base]");
    if (base) this.form.elements.base.value = base.value;
  }

  // Put what the server rendered in place, unless more was changed since: a late answer knows neither what is here
  // nor what to save on top of. While a block is in the air the page waits.
  put(page, upTo) {
    if (this.changes !== upTo) return;
    this.isBehind = Boolean(this.moves?.isBusy());
    if (this.isBehind) return this.again();
    this.saveOnTopOf(page);
    const here = document.activeElement;
    const block = here?.closest(".clusters [data-prompt]")?.dataset.prompt;
    const kept = this.typed();
    for (const fresh of page.querySelectorAll("[data-part]")) {
      const old = this.querySelector(`[data-part="${fresh.dataset.part}"]`);
      if (old && !old.isEqualNode(fresh)) old.replaceWith(document.adoptNode(fresh));
    }
    this.restore(kept);
    if (here?.id && !here.isConnected) document.getElementById(here.id)?.focus();
    if (block && !here.isConnected) this.querySelector(`.clusters [data-prompt="${block}"] [data-grip]`)?.focus();
    this.markLibrary();
    this.again();
  }

  typed() {
    const inputs = [...this.querySelectorAll("input[data-keep]")].filter((one) => one.value !== one.defaultValue);
    const open = [...this.querySelectorAll("details[data-keep][open]")].map((one) => one.dataset.keep);
    return { inputs: inputs.map((one) => [one.id, one.value]), open };
  }

  restore({ inputs, open }) {
    for (const [id, value] of inputs) {
      const input = document.getElementById(id);
      if (input) input.value = value;
    }
    for (const name of open) this.querySelector(`details[data-keep="${name}"]`)?.setAttribute("open", "");
  }

  // Comparisons that were not made in time are asked for again. What waits to be saved brings an answer of its own; one
  // asked for before would tell of the draft as it was.
  again() {
    clearTimeout(this.asking);
    if (this.isNew || !(this.isBehind || this.querySelector("[data-again]"))) return;
    this.asking = setTimeout(async () => {
      if (this.isDirty) return;
      if (this.moves?.isBusy()) return this.again();
      const upTo = this.changes;
      try {
        const response = await fetch(this.form.action, { headers: { "HX-Request": "true" } });
        if (!response.ok || response.redirected) return;
        this.put(new DOMParser().parseFromString(await response.text(), "text/html"), upTo);
      } catch { /* the next change asks again */ }
    }, 700);
  }

  // Somebody saved first: the server shows both.
  together(fields) {
    this.saved = this.changes;
    this.keep(fields);
    sendAsPage(this.form.action, [...fields]);
  }

  failed(fields, submitter) {
    this.keep(fields);
    this.failures += 1;
    this.tell("Not saved. Retrying");
    if (!this.isDirty) this.changes += 1;
    this.timer = setTimeout(() => this.send(submitter), Math.min(30, 2 ** this.failures) * 1000);
  }

  keep(fields) {
    const held = [...fields].filter(([name]) => name !== "csrfmiddlewaretoken");
    localStorage.setItem(this.copyKey, JSON.stringify({ at: Date.now(), fields: held }));
  }

  offerCopy() {
    const held = JSON.parse(localStorage.getItem(this.copyKey) || "null");
    const notice = this.querySelector("[data-unsaved]");
    if (!held) return;
    notice.hidden = false;
    notice.querySelector("[data-when]").textContent = new Date(held.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    notice.querySelector("[data-bring]").addEventListener("click", () => {
      localStorage.removeItem(this.copyKey);
      const token = this.form.elements.csrfmiddlewaretoken.value;
      sendAsPage(this.form.action, [["csrfmiddlewaretoken", token], ...held.fields]);
    });
    notice.querySelector("[data-forget]").addEventListener("click", () => {
      localStorage.removeItem(this.copyKey);
      notice.hidden = true;
    });
  }

  clicked(event) {
    const link = event.target.closest("[data-after-save]");
    if (!link || !this.isDirty) return;
    event.preventDefault();
    this.goal = link.href;
    this.send();
  }

  tell(text) {
    const line = this.querySelector("[data-state]");
    if (line) line.textContent = text;
  }

  say(text) { this.querySelector("[data-said]").textContent = text; }

  markLibrary() {
    const inside = new Set([...this.querySelectorAll(".clusters [data-prompt]")].map((one) => one.dataset.prompt));
    this.querySelectorAll(".card").forEach((card) => card.classList.toggle("inside", inside.has(card.dataset.prompt)));
  }
});

// A form sent as a page of its own.
function sendAsPage(action, fields) {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action, hidden: true });
  for (const [name, value] of fields) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}

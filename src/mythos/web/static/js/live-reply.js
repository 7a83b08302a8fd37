// The playground: the form is sent in the background and the reply is written while it comes.
customElements.define("live-reply", class extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form[method=post]");
    this.form.addEventListener("submit", (event) => {
      if (event.submitter?.name === "step") return; // leads to another page
      event.preventDefault();
      this.ask();
    });
  }

  part(name) { return this.querySelector(`[data-${name}]`); }

  async ask() {
    this.stop?.abort();
    const stop = this.stop = new AbortController();
    this.part("text").textContent = "";
    this.part("text").classList.add("waits");
    this.part("facts").textContent = "";
    this.part("failed").hidden = true;
    this.part("state").textContent = "asking";
    try {
      const answer = await fetch(this.form.action || location.href, {
        method: "POST", body: new FormData(this.form), headers: { Accept: "text/event-stream" }, signal: stop.signal,
      });
      if (!answer.headers.get("Content-Type")?.startsWith("text/event-stream")) throw new Error("no stream");
      await this.read(answer.body.pipeThrough(new TextDecoderStream()).getReader());
    } catch (error) {
      if (stop.signal.aborted) return;
      this.fail("The connection broke. What came so far is kept.");
    }
    this.part("text").classList.remove("waits");
  }

  async read(reader) {
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      events.forEach((one) => this.take(one));
    }
    if (this.part("state").textContent === "writing") this.fail("The reply ended too early. What came so far is kept.");
  }

  take(text) {
    const name = text.match(/^event: ([^\n]*)$/m)?.[1];
    const data = [...text.matchAll(/^data: ([^\n]*)$/gm)].map((found) => found[1]).join("\n");
    if (name === "piece") {
      this.part("text").append(data.replace(/\\(n|\\)/g, (_, sign) => (sign === "n" ? "\n" : "\\")));
      this.part("state").textContent = "writing";
    } else if (name === "done") {
      this.part("facts").innerHTML = data;
      this.part("state").textContent = "done";
    } else if (name === "failed") {
      this.fail(data);
    }
  }

  fail(html) {
    this.part("failed").querySelector("p").innerHTML = html;
    this.part("failed").hidden = false;
    this.part("state").textContent = "failed";
  }
});

// Keys of the whole product. Single keys rest in fields, in dialogs, and when switched off in the preferences.
(() => {
  const root = document.documentElement;
  const mac = /Mac|iPhone|iPad/.test(navigator.platform);
  const places = {
    h: "/", c: "/codex", r: "/codex/regression", m: "/belief/mutations", p: "/prompts", k: "/prompts/checkpoints",
    a: "/assistants", i: "/inbox", o: "/codex/contracts", w: "/codex/whatif",
  };
  let going = false;

  const show = (id) => {
    const dialog = document.getElementById(id);
    if (!dialog || dialog.open) return;
    dialog.showModal();
    dialog.dispatchEvent(new Event("shown"));
  };
  const isOutside = ({ target, clientX: x, clientY: y }) => {
    const box = target.getBoundingClientRect();
    return x < box.left || x > box.right || y < box.top || y > box.bottom;
  };
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener && document.getElementById(opener.dataset.open)) {
      event.preventDefault();
      show(opener.dataset.open);
    }
    if (event.target.matches("dialog[open]") && isOutside(event)) event.target.close();
    if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  });
  if (mac) document.querySelectorAll("[data-mac]").forEach((key) => { key.textContent = key.dataset.mac; });

  // The row's own link gets the focus, so that Enter opens it and it is read out.
  const move = (step) => {
    const links = [...document.querySelectorAll("[data-rows] > li, [data-rows] > tr")]
      .map((row) => row.querySelector("a[href]"))
      .filter((link) => link?.checkVisibility());
    const here = links.findIndex((link) => link.closest("li, tr").contains(document.activeElement));
    const next = here < 0 ? (step > 0 ? 0 : -1) : here + step;
    const link = links.at(Math.min(next, links.length - 1));
    if (link && next >= -1) {
      link.focus({ preventScroll: true });
      link.closest("li, tr").scrollIntoView({ block: "nearest" });
    }
  };

  const single = (event) => {
    if (event.key === "/") document.querySelector("[data-filter]")?.focus();
    else if (event.key === "?") show("keys");
    else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "[") document.querySelector("main a[rel=prev]")?.click();
    else if (event.key === "]") document.querySelector("main a[rel=next]")?.click();
    else return false;
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if ((mac ? event.metaKey : event.ctrlKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      show("palette");
      return;
    }
    if (event.key === "Escape") root.classList.remove("drawer-open");
    if (event.ctrlKey || event.metaKey || event.altKey || root.dataset.shortcuts === "off") return;
    if (event.target.closest("input, textarea, select, [contenteditable=true], dialog")) return;
    if (going && places[event.key]) location.href = places[event.key];
    else if (single(event)) event.preventDefault();
    going = event.key === "g";
  });
})();

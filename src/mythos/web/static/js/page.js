// The drawer of small screens, copy buttons, toasts, the guard of unsaved edits, saving by a key.
(() => {
  const root = document.documentElement;
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-drawer]")) {
      const open = root.classList.toggle("drawer-open");
      document.querySelectorAll(".menu-button").forEach((b) => b.setAttribute("aria-expanded", String(open)));
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      navigator.clipboard.writeText(copy.dataset.copy || location.href).then(() => {
        const label = copy.querySelector("span");
        if (label) label.textContent = "Copied";
      });
    }
  });
  if (matchMedia("(max-width: 860px)").matches) {
    document.querySelectorAll("details[data-fold]").forEach((fold) => { fold.open = false; });
  }
  // A menu closes when one works elsewhere.
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.drop[open]").forEach((drop) => {
      if (!drop.contains(event.target)) drop.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    const drop = event.key === "Escape" && event.target.closest("details.drop[open]");
    if (!drop) return;
    drop.open = false;
    drop.querySelector("summary").focus();
  });
  // A meaning stands under its word; without scripts it stands in the middle.
  document.addEventListener("toggle", (event) => {
    const meaning = event.target;
    if (event.newState !== "open" || !meaning.matches(".meaning")) return;
    const word = document.querySelector(`[popovertarget="${meaning.id}"]`).getBoundingClientRect();
    const left = Math.max(8, Math.min(word.left, innerWidth - meaning.offsetWidth - 8));
    Object.assign(meaning.style, { inset: "auto", margin: "0", top: `${word.bottom + 4}px`, left: `${left}px` });
  }, true);
  document.querySelectorAll(".toast").forEach((toast) => {
    let timer = setTimeout(() => toast.classList.add("gone"), 6000);
    toast.addEventListener("pointerenter", () => clearTimeout(timer));
    toast.addEventListener("focusin", () => clearTimeout(timer));
  });
  // How many rows are picked, said beside what can be done with them.
  document.addEventListener("change", (event) => {
    const said = event.target.name === "pick" && document.querySelector("[data-picked]");
    if (!said) return;
    const count = document.querySelectorAll("[name=pick]:checked").length;
    said.textContent = count ? `${count} picked` : "";
  });
  document.querySelectorAll("form[data-guard]").forEach((form) => {
    let dirty = false;
    form.addEventListener("input", () => { dirty = true; });
    form.addEventListener("submit", () => { dirty = false; });
    window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  });
  // Ctrl or Cmd + S saves the form one works in, else the page's only one.
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "s") return;
    const form = event.target.closest("form[data-save]") || document.querySelector("form[data-save]");
    if (!form || !form.checkVisibility()) return;
    event.preventDefault();
    form.requestSubmit();
  });
})();

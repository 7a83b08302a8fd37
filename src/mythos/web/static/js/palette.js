// The command dialog: the server finds, this moves the choice. The page /palette does the same without scripts.
(() => {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const input = document.getElementById("palette-q");
  const results = document.getElementById("palette-results");
  let chosen = -1;
  let openFirst = false; // Enter was pressed before the results of what was typed arrived

  const options = () => [...results.querySelectorAll("[role=option]")];
  const choose = (index) => {
    const all = options();
    chosen = all.length ? (index + all.length) % all.length : -1;
    // Named here and not in the page: htmx gives an element whose name was there before its old attributes back.
    all.forEach((option, i) => {
      option.id = `palette-option-${i}`;
      option.setAttribute("aria-selected", String(i === chosen));
    });
    if (chosen < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", all[chosen].id);
      all[chosen].scrollIntoView({ block: "nearest" });
    }
  };
  const open = () => {
    const option = options()[chosen];
    if (option) location.href = option.href;
  };
  const isCurrent = () => results.querySelector("[data-q]")?.dataset.q === input.value.trim();

  new MutationObserver(() => {
    const list = document.getElementById("palette-hits");
    input.setAttribute("aria-expanded", String(Boolean(list)));
    if (list) input.setAttribute("aria-controls", "palette-hits");
    else input.removeAttribute("aria-controls");
    choose(0);
    if (!openFirst || !isCurrent()) return; // results of fewer letters may come in between
    openFirst = false;
    open();
  }).observe(results, { childList: true });

  dialog.addEventListener("shown", () => {
    input.focus();
    input.select();
    input.dispatchEvent(new Event("palette-open"));
  });
  input.addEventListener("input", () => { openFirst = false; });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter") {
      if (isCurrent()) open();
      else openFirst = true;
    } else return;
    event.preventDefault();
  });
})();

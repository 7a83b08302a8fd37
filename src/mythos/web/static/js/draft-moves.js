// Moving blocks of a draft by mouse, touch and keyboard; all three end in the same place and are undone by Escape.
window.draftMoves = (board) => {
  const FAR = 6; // pixels from which a press is a drag
  const EDGE = 60;
  let press = null;
  let drag = null;
  let lifted = null;

  const clusters = () => [...board.querySelectorAll(".cluster")];
  const blocksOf = (cluster) => cluster.querySelector(".blocks");
  const nameOf = (item) => item.querySelector(".from a").textContent;

  // The block of a prompt: the one in the draft, else a new one made from a card of the library.
  const blockFor = (card) => {
    const old = board.querySelector(`.clusters .block[data-prompt="${card.dataset.prompt}"]`);
    if (old) return old;
    const block = document.createElement("li");
    block.className = "block fresh";
    Object.assign(block.dataset, { prompt: card.dataset.prompt, checkpoint: card.dataset.checkpoint });
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "block" });
    block.append(field, card.querySelector(".grip").cloneNode(true), card.querySelector(".what").cloneNode(true));
    return block;
  };

  // What it takes to put a block back.
  const placeOf = (block) => ({ parent: block.parentElement, next: block.nextElementSibling });
  const putBack = (block, place) => (place.parent ? place.parent.insertBefore(block, place.next) : block.remove());

  const settle = (block, checkpoint) => {
    if (checkpoint) block.dataset.checkpoint = checkpoint;
    for (const cluster of clusters()) {
      for (const one of blocksOf(cluster).children) {
        const field = one.querySelector("[name=block]");
        field.value = `${cluster.dataset.section}:${one.dataset.prompt}:${one.dataset.checkpoint}`;
      }
    }
    board.changed();
  };
  const where = (block) => {
    const list = block.parentElement;
    return `${block.closest(".cluster").dataset.section}, place ${[...list.children].indexOf(block) + 1} of ${list.children.length}`;
  };

  // Mouse and touch: touch takes the grip, so that a finger can still scroll the page.
  board.addEventListener("pointerdown", (event) => {
    const item = event.target.closest(".block, .card");
    const onGrip = event.target.closest("[data-grip]");
    if (!item || event.button || lifted || (event.pointerType !== "mouse" && !onGrip)) return;
    if (!onGrip && event.target.closest("a, button, input, select, summary, details")) return;
    press = { item, x: event.clientX, y: event.clientY, id: event.pointerId };
  });
  const begin = () => {
    const { item } = press;
    const isCard = item.matches(".card");
    const block = isCard ? blockFor(item) : item;
    const box = item.getBoundingClientRect();
    const ghost = item.cloneNode(true);
    ghost.classList.add("carried");
    ghost.querySelectorAll("[name], [id]").forEach((one) => { one.removeAttribute("name"); one.removeAttribute("id"); });
    ghost.style.width = `${box.width}px`;
    document.body.append(ghost);
    drag = { block, ghost, place: placeOf(block), dx: press.x - box.left, dy: press.y - box.top, checkpoint: isCard ? item.dataset.checkpoint : "" };
    block.classList.add("lifted");
    document.documentElement.classList.add("dragging");
    scroll();
  };
  const scroll = () => {
    if (!drag) return;
    const down = innerHeight - drag.y < EDGE ? 10 : drag.y < EDGE ? -10 : 0;
    if (down) scrollBy(0, down);
    requestAnimationFrame(scroll);
  };
  addEventListener("pointermove", (event) => {
    if (!press || event.pointerId !== press.id) return;
    if (!event.buttons) return end(false); // let go of outside the window
    if (!drag && Math.hypot(event.clientX - press.x, event.clientY - press.y) < FAR) return;
    if (!drag) begin();
    drag.y = event.clientY;
    drag.ghost.style.transform = `translate(${event.clientX - drag.dx}px, ${event.clientY - drag.dy}px)`;
    const over = document.elementFromPoint(event.clientX, event.clientY)?.closest(".cluster");
    if (!over) return;
    const list = blocksOf(over);
    const next = [...list.children].find((one) => {
      const box = one.getBoundingClientRect();
      return one !== drag.block && event.clientY < box.top + box.height / 2;
    });
    if (drag.block.parentElement !== list || drag.block.nextElementSibling !== (next || null)) list.insertBefore(drag.block, next || null);
  });
  const end = (isDropped) => {
    press = null;
    if (!drag) return;
    const { block, ghost, place, checkpoint } = drag;
    drag = null;
    ghost.remove();
    block.classList.remove("lifted");
    document.documentElement.classList.remove("dragging");
    if (!isDropped) putBack(block, place);
    else if (block.parentElement) {
      settle(block, checkpoint);
      board.say(`${nameOf(block)} dropped in ${where(block)}.`);
    }
  };
  addEventListener("pointerup", () => end(true));
  addEventListener("pointercancel", () => end(false));

  // Keyboard.
  const lift = (item) => {
    const isCard = item.matches(".card");
    const block = isCard ? blockFor(item) : item;
    lifted = { block, place: placeOf(block), from: item, checkpoint: isCard ? item.dataset.checkpoint : "" };
    if (!block.parentElement) blocksOf(clusters()[0]).append(block);
    block.classList.add("lifted");
    show();
    board.say(`${nameOf(block)} lifted. ${where(block)}. Arrows move it, Enter drops it, Escape puts it back.`);
  };
  const show = () => {
    lifted.block.querySelector("[data-grip]").focus();
    lifted.block.scrollIntoView({ block: "nearest" });
  };
  const shift = (step) => {
    const { block } = lifted;
    const beside = step < 0 ? block.previousElementSibling : block.nextElementSibling;
    if (beside) step < 0 ? beside.before(block) : beside.after(block);
    else return cross(step, step > 0);
    show();
    board.say(where(block));
  };
  const cross = (step, atStart = false) => {
    const all = clusters();
    const target = all[all.indexOf(lifted.block.closest(".cluster")) + step];
    if (!target) return;
    atStart ? blocksOf(target).prepend(lifted.block) : blocksOf(target).append(lifted.block);
    show();
    board.say(where(lifted.block));
  };
  const drop = (isDropped) => {
    const { block, place, from, checkpoint } = lifted;
    lifted = null;
    block.classList.remove("lifted");
    if (isDropped) {
      settle(block, checkpoint);
      block.querySelector("[data-grip]").focus();
      board.say(`${nameOf(block)} dropped in ${where(block)}.`);
    } else {
      putBack(block, place);
      from.querySelector("[data-grip]").focus();
      board.say(`${nameOf(from)} put back.`);
    }
  };
  board.addEventListener("keydown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (!lifted) {
      if (key !== "Enter" && key !== " ") return;
      lift(grip.closest(".block, .card"));
    } else if (key === "Enter" || key === " ") drop(true);
    else if (key === "Escape" || key === "Tab") drop(false);
    else if (key === "ArrowUp") shift(-1);
    else if (key === "ArrowDown") shift(1);
    else if (key === "ArrowLeft") cross(-1);
    else if (key === "ArrowRight") cross(1);
    else return;
    if (key !== "Tab") event.preventDefault();
    event.stopPropagation();
  });
  addEventListener("keydown", (event) => { if (event.key === "Escape" && drag) end(false); });

  const cancel = () => {
    end(false);
    if (lifted) drop(false);
  };

  return { isBusy: () => Boolean(press || drag || lifted), cancel };
};

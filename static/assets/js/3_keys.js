/* Keys for those who like them. They press the buttons that are there, so they can do nothing that a click cannot. */
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input, select, textarea, dialog")) {
    if (event.key === "Escape") event.target.blur?.();
    return;
  }
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  // A key that is held down is one press.
  if (event.repeat && act !== KEYS.j && act !== KEYS.k) return;
  act();
});

const KEYS = {
  "/": search,
  j: () => move(1),
  k: () => move(-1),
  a: () => press("acknowledge"),
  r: () => press("resolve"),
  "?": () => document.getElementById("keys")?.showModal(),
};

function search() {
  const field = document.querySelector('[data-key="search"]');
  if (field) {
    field.focus();
    field.select();
  } else location.assign("/incidents#q");
}

function rows() {
  return [...document.querySelectorAll("[data-row]")];
}

function current() {
  return document.activeElement?.closest("[data-row]") ?? null;
}

function move(step) {
  const all = rows();
  if (all.length === 0) return;
  const at = all.indexOf(current());
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step;
  all[Math.min(Math.max(next, 0), all.length - 1)].querySelector("a.t")
    ?.focus();
}

function press(name, row = current()) {
  const button = (row ?? document.querySelector(".acts"))
    ?.querySelector(`[data-key="${name}"]`);
  if (button) return pressed(button, name, row);
  // In a list without buttons of its own: this one row is selected and the list's button pressed.
  const box = row?.querySelector('[name="id"]');
  const bulk = document.querySelector(`#bulk [value="${name}"]`);
  if (!box || box.disabled || !bulk) return;
  box.checked = !bulk.disabled;
  pressed(bulk, name, row);
}

/* A button whose last answer is on its way cannot be pressed: the key counts once that is there. */
function pressed(button, name, row) {
  if (!button.disabled) return button.click();
  const again = () => {
    const same = row && document.getElementById(row.id);
    if (same || !row) press(name, same);
  };
  addEventListener("htmx:finally:request", () => setTimeout(again), {
    once: true,
  });
}

if (location.hash === "#q") search();

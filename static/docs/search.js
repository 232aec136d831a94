/** The search: asks an index that was made with the site, in the browser, and loads it when it is first wanted. */
const MOST_RESULTS = 12;

const box = document.querySelector(".search");
const input = box.querySelector("input");
const found = box.querySelector(".found");
const list = found.querySelector("ol");
const status = found.querySelector("[role=status]");

let loading = null;

/** Settles with the index; a download that has failed is tried again next time. */
function load() {
  return loading ??= Promise.all([
    import(new URL(box.dataset.library, document.baseURI).href),
    fetch(box.dataset.index).then((answer) => answer.json()),
  ]).then(([{ default: MiniSearch }, { options, index }]) =>
    MiniSearch.loadJS(index, options)
  ).catch((error) => {
    loading = null;
    throw error;
  });
}

async function search() {
  const words = input.value.trim();
  if (words === "") return close();
  try {
    const index = await load();
    // Somebody has typed on meanwhile.
    if (words !== input.value.trim()) return;
    show(index.search(words));
  } catch {
    found.hidden = false;
    list.replaceChildren();
    status.textContent = "The search could not be loaded.";
  }
}

function show(results) {
  list.replaceChildren(...results.slice(0, MOST_RESULTS).map(resultOf));
  status.textContent = results.length === 0
    ? "Nothing found."
    : `${results.length} ${results.length === 1 ? "result" : "results"}`;
  found.hidden = false;
}

function resultOf({ id, title, heading, start }) {
  const link = document.createElement("a");
  link.href = box.dataset.root + id;
  const name = document.createElement("b");
  name.textContent = heading === "" ? title : heading;
  const place = document.createElement("span");
  place.className = "soft small";
  place.textContent = heading === "" ? "" : ` ${title}`;
  const text = document.createElement("span");
  text.className = "small";
  text.textContent = start;
  link.append(name, place, document.createElement("br"), text);
  const item = document.createElement("li");
  item.append(link);
  return item;
}

function close() {
  found.hidden = true;
  list.replaceChildren();
}

/** Up and down lead through the results, as in any list of them. */
function step(by) {
  const links = [...list.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement) + by;
  if (at < 0) input.focus();
  else links[Math.min(at, links.length - 1)]?.focus();
}

box.hidden = false;
input.addEventListener("focus", () => void load().catch(() => {}));
input.addEventListener("input", () => void search());
box.addEventListener("keydown", (event) => {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps) step(steps[event.key]);
  else if (event.key === "Escape") {
    close();
    input.focus();
  } else if (event.key === "Enter" && document.activeElement === input) {
    list.querySelector("a")?.click();
  } else return;
  event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey) return;
  if (event.target.closest("input, textarea, select")) return;
  event.preventDefault();
  input.focus();
});
document.addEventListener("click", (event) => {
  if (!box.contains(event.target) || event.target.closest("ol a")) close();
});

/* Keeps the page alive: the server says that something changed, and the page asks for itself again (htmx morphs it in
   place, so that focus, scroll and what is typed stay). Without this script the page works as it is. */

/** Two refreshes are at least so far apart, however much happens. */
const APART_MS = 300;
/** Ages and job runs go stale without anything happening. */
const STALE_MS = 30_000;
/** A sentence about what was done is read, or heard, within this time; refreshes leave it where it is until then. */
const READ_MS = 10_000;
/** A thumb that has just touched the page is about to touch it again. */
const THUMB_MS = 4_000;

const { live } = document.body.dataset;
let source = null;
let lastMs = 0;
let timer = 0;
let pressed = false;
let touchedMs = -Infinity;
let saidMs = performance.now();

htmx.registerExtension("pagerpal", {
  htmx_after_request: (_element, { ctx }) => keepTarget(ctx),
  htmx_before_swap: () => anchor.take(),
  htmx_before_morph_node: (element) => !isBeingRead(element),
  htmx_after_swap: (_element, { ctx }) => {
    anchor.keep();
    if (isRefresh(ctx)) return;
    saidMs = performance.now();
    readOn();
  },
});
/* htmx would do it a turn later. A key pressed until then would send its form as a browser does, and the page that follows
   takes the next key's request with it. */
htmx.process(document.body);

if (live) {
  addEventListener("visibilitychange", connect);
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", connect);
  setInterval(() => {
    if (!document.hidden) refreshSoon();
  }, STALE_MS);
  connect();
}

for (const name of ["pointerdown", "touchstart", "keydown", "wheel"]) {
  addEventListener(name, () => touchedMs = performance.now(), {
    passive: true,
    capture: true,
  });
}
addEventListener("pointerdown", () => pressed = true, { capture: true });
for (const name of ["pointerup", "pointercancel"]) {
  addEventListener(name, () => pressed = false, { capture: true });
}

/* A browser keeps few connections to one host: a page that nobody sees gives its own back. */
function connect() {
  if (document.hidden) return disconnect();
  if (source) return;
  source = new EventSource(live);
  source.addEventListener("changed", (event) => {
    showOpen(JSON.parse(event.data).open);
    refreshSoon();
  });
  source.addEventListener("ended", () => {
    disconnect();
    say("You have been logged out. Load the page again to log in.");
  });
  source.addEventListener("open", () => unsay());
  source.addEventListener("error", () => {
    if (source?.readyState === EventSource.CLOSED) {
      disconnect();
      setTimeout(connect, 5_000);
    }
    say("Not live: no connection to PagerPal. What you see may be old.");
  });
}

function disconnect() {
  source?.close();
  source = null;
}

function refreshSoon() {
  clearTimeout(timer);
  timer = setTimeout(refresh, Math.max(0, lastMs + APART_MS - Date.now()));
}

function refresh() {
  // Not while a button is held down: it must not move away under the finger.
  if (pressed) {
    timer = setTimeout(refresh, 150);
    return;
  }
  lastMs = Date.now();
  document.body.dispatchEvent(new CustomEvent("refresh-page"));
}

function showOpen(open) {
  const text = open > 999 ? "999+" : String(open);
  for (const count of document.querySelectorAll("[data-open-count]")) {
    count.textContent = "";
    if (open === 0) continue;
    const shown = document.createElement("span");
    shown.ariaHidden = "true";
    shown.textContent = text;
    const said = document.createElement("span");
    said.className = "sr";
    said.textContent = ` ${open} open`;
    count.append(shown, said);
  }
  const title = document.title.replace(/^\(\d+\) /, "");
  document.title = open === 0 ? title : `(${open}) ${title}`;
  document.getElementById("favicon")?.setAttribute(
    "href",
    `/favicon.svg?open=${open}`,
  );
}

/* What is under the thumb stays there: whatever grows above it is scrolled away. A page that nobody touches shows what
   is new at its top. */
const anchor = {
  element: null,
  top: 0,
  take() {
    this.element = null;
    const busy = performance.now() - touchedMs < THUMB_MS || scrollY > 8;
    if (!busy) return;
    const main = document.getElementById("main");
    const focused = document.activeElement;
    const inMain = focused && focused !== main && main?.contains(focused);
    this.element = inMain ? focused : firstVisible();
    this.top = this.element?.getBoundingClientRect().top ?? 0;
  },
  keep() {
    if (!this.element?.isConnected) return;
    const moved = this.element.getBoundingClientRect().top - this.top;
    this.element = null;
    if (Math.abs(moved) < 1) return;
    const room = document.documentElement.scrollHeight - innerHeight - scrollY;
    if (moved > room) {
      document.body.style.paddingBottom = `${moved - room}px`;
    }
    scrollBy({ top: moved, behavior: "instant" });
  },
};

function firstVisible() {
  for (const kind of ["[data-row]", ".ladder li", "section"]) {
    for (const element of document.querySelectorAll(`#main ${kind}`)) {
      const { top } = element.getBoundingClientRect();
      if (top >= 0 && top < innerHeight) return element;
    }
  }
  return null;
}

function say(text) {
  const notices = document.getElementById("notices");
  if (!notices) return;
  unsay();
  saidMs = performance.now();
  const notice = document.createElement("p");
  notice.className = "notice tone-bad";
  notice.id = "not-live";
  notice.textContent = text;
  notices.append(notice);
}

function unsay() {
  document.getElementById("not-live")?.remove();
}

/* A form that could not be sent says so; nothing that was typed is gone. */
addEventListener("htmx:error", (event) => {
  if (event.target.id === "main") return;
  say("No answer from PagerPal. Check the connection and press it again.");
});

function isRefresh(ctx) {
  return ctx.request.method === "GET";
}

/* Only refreshes morph; the answer to an action replaces the page, and what was said before with it. */
function isBeingRead(element) {
  return element.id === "notices" && element.childElementCount > 0 &&
    performance.now() - saidMs < READ_MS;
}

/* Of two actions that were begun one right after the other, the first one's answer has replaced what the second one's
   is meant for. */
function keepTarget(ctx) {
  if (isRefresh(ctx) || ctx.target?.isConnected) return;
  ctx.target = document.getElementById("main");
}

/* After an action the button that was pressed is often gone: the reader goes on at the sentence that says what was done. */
function readOn() {
  if (document.activeElement !== document.body) return;
  const said = document.querySelector("#notices .notice");
  (said ?? document.getElementById("main"))?.focus({ preventScroll: true });
}

if ("serviceWorker" in navigator && isSecureContext) {
  navigator.serviceWorker.register("/service-worker.js");
}

/* "in 3:48" counts down while somebody looks. The server writes the same words, so nothing jumps. */
/* A phone's clock may be wrong; what counts is how much time has passed since the page was drawn. */
const aheadMs = Date.now() - Number(document.body.dataset.now ?? Date.now());

const timer = setInterval(() => {
  if (document.hidden) return;
  for (const time of document.querySelectorAll("[data-countdown]")) {
    const left = Number(time.dataset.countdown) + aheadMs - Date.now();
    time.textContent = left <= 0 ? "now" : `in ${clock(left)}`;
  }
}, 1_000);
addEventListener("pagehide", () => clearInterval(timer));

function clock(ms) {
  const seconds = Math.floor(ms / 1_000);
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60) % 60;
  const hours = Math.floor(seconds / 3_600);
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}

/**
 * The image's health check: ends with 0 when PagerPal in this container answers that it lives, and with 1 when not. It
 * asks `/health` and not `/health/ready`: those who act on it kill the container, which brings no database back.
 */
const port = Deno.env.get("PORT") || "8000";
const answer = await fetch(`http://127.0.0.1:${port}/health`, {
  redirect: "error",
  signal: AbortSignal.timeout(4_000),
}).catch(() => null);
Deno.exit(answer?.ok ? 0 : 1);

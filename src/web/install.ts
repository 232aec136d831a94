/** What makes PagerPal an app on a phone's home screen, and the sign in the browser's tab. */
import type { Routes } from "../http/routes.ts";
import type { WebDeps } from "./deps.ts";
import { showAlone } from "./page.ts";

/** Adds the manifest, the favicon that counts, the offline page and the service worker that keeps it. */
export function addInstall(routes: Routes, deps: WebDeps): void {
  const { assets } = deps;

  routes.page("/favicon.svg", "public", (c) => {
    const open = Number.parseInt(c.req.query("open") ?? "0", 10);
    return c.body(favicon(Number.isFinite(open) ? open : 0), 200, {
      "Content-Type": "image/svg+xml",
      "Cache-Control": "public, max-age=86400",
    });
  });

  routes.page("/manifest.webmanifest", "public", (c) =>
    c.body(
      JSON.stringify({
        name: "PagerPal",
        short_name: "PagerPal",
        description: "Incidents, and who is paged for them.",
        start_url: "/dashboard",
        id: "/",
        scope: "/",
        display: "standalone",
        background_color: "#080c15",
        theme_color: "#080c15",
        icons: [
          icon(assets.url("icon-192.png"), "192x192"),
          icon(assets.url("icon-512.png"), "512x512"),
          {
            ...icon(assets.url("icon-512.png"), "512x512"),
            purpose: "maskable",
          },
        ],
        shortcuts: [{ name: "Incidents", url: "/incidents" }],
      }),
      200,
      {
        "Content-Type": "application/manifest+json",
        "Cache-Control": "public, max-age=3600",
      },
    ));

  routes.page(
    "/offline",
    "public",
    (c) =>
      showAlone(c, deps, { template: "offline", title: "Offline", view: {} }),
  );

  // At the root, because a service worker rules the folder it comes from.
  routes.page("/service-worker.js", "public", (c) => {
    const files = ["pagerpal.css", "icons.svg", "atkinson.woff2"]
      .map((name) => assets.url(name));
    const script = `const KEPT = ${JSON.stringify(["/offline", ...files])};
const CACHE = ${JSON.stringify(`pagerpal-${assets.version}`)};
${new TextDecoder().decode(assets.find("service_worker.js")?.body)}`;
    return c.body(script, 200, {
      "Content-Type": "text/javascript; charset=utf-8",
      "Cache-Control": "no-cache",
    });
  });
}

function icon(src: string, sizes: string) {
  return { src, sizes, type: "image/png", purpose: "any" };
}

/** Promises the bell with the number of open incidents, as an SVG; above 99 it is "99+". */
export function favicon(open: number): string {
  const bell =
    `<path d="M8 14a8 8 0 0 1 16 0c0 8 3 9 3 9H5s3-1 3-9M13 27a3 3 0 0 0 6 0" fill="none" stroke="#d3363c" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/>`;
  const count = Math.max(0, open);
  if (count === 0) return svg(bell);
  const text = count > 99 ? "99+" : String(count);
  const size = text.length > 2 ? 11 : 15;
  return svg(
    `${bell}<rect x="${28 - text.length * 7}" y="0" width="${
      4 + text.length * 7
    }" height="18" rx="9" fill="#c3142d"/><text x="${
      30 - text.length * 3.5
    }" y="${
      size - 1
    }" font-family="sans-serif" font-weight="700" font-size="${size}" text-anchor="middle" fill="#fff">${text}</text>`,
  );
}

function svg(content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${content}</svg>`;
}

/** What browsers are told about every answer. */
import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { EdgeEnv } from "./edge_env.ts";

const SELF = ["'self'"];
const NONE = ["'none'"];

/** Nothing inline, nothing from elsewhere, in nobody's frame; HSTS for two years when PagerPal is served over https. */
export function securityHeaders(baseUrl: string): MiddlewareHandler<EdgeEnv> {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: NONE,
      scriptSrc: SELF,
      styleSrc: SELF,
      imgSrc: ["'self'", "data:"],
      fontSrc: SELF,
      connectSrc: SELF,
      manifestSrc: SELF,
      workerSrc: SELF,
      formAction: SELF,
      baseUri: NONE,
      frameAncestors: NONE,
    },
    permissionsPolicy: {
      camera: [],
      microphone: [],
      geolocation: [],
      payment: [],
    },
    // An address may be a key; no other site is told any. "no-referrer" would take the Origin from our own forms.
    referrerPolicy: "same-origin",
    strictTransportSecurity: baseUrl.startsWith("https:")
      ? "max-age=63072000; includeSubDomains"
      : false,
    xFrameOptions: "DENY",
  });
}

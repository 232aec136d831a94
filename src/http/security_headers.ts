/** What browsers are told about every answer. */

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

/** As Hono's `secureHeaders` has them, whose own way to set them costs every request a closure, a promise and two looks. */
const HEADERS: Record<string, string> = {
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Origin-Agent-Cluster": "?1",
  // An address may be a key; no other site is told any. "no-referrer" would take the Origin from our own forms.
  "Referrer-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "X-DNS-Prefetch-Control": "off",
  "X-Download-Options": "noopen",
  "X-Frame-Options": "DENY",
  "X-Permitted-Cross-Domain-Policies": "none",
  "X-XSS-Protection": "0",
  "Content-Security-Policy": POLICY.join("; "),
  "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
};

const HSTS = {
  "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
};

/**
 * Promises a function that sets the headers of an answer: nothing inline, nothing from elsewhere, in nobody's frame; HSTS for
 * two years when PagerPal is served over https.
 */
export function securityHeaders(
  baseUrl: string,
): (headers: Headers) => void {
  const isSecure = baseUrl.startsWith("https:");
  const all = Object.entries({ ...HEADERS, ...(isSecure ? HSTS : {}) });
  return (headers) => {
    for (const [name, value] of all) headers.set(name, value);
  };
}

import assert from "node:assert/strict";
import { cleanLinks, cleanUrl } from "../../src/sources/link.ts";

Deno.test("only http and https URLs are links", () => {
  const bad = [
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "ftp://a.example/",
    "//a.example/",
    "/path",
    "https://",
    "",
    5,
    null,
    { href: "https://a.example/" },
    `https://a.example/${"x".repeat(2_000)}`,
    `https://a.example/${"ä".repeat(1_000)}`,
  ];
  for (const url of bad) assert.equal(cleanUrl(url), null, String(url));
  assert.equal(cleanUrl("HTTP://A.example/x"), "http://a.example/x");
});

Deno.test("a password in a link is taken out", () => {
  assert.equal(
    cleanUrl("https://grafana.example.com:secret@evil.example/x"),
    "https://evil.example/x",
  );
});

Deno.test("a URL with quotes, blanks and controls comes out harmless", () => {
  const url = cleanUrl('https://a.example/"><script> \r\n\u0000?"=<');
  assert.match(url ?? "", /^https:\/\/a\.example\/[^"<>\s]*$/);
});

Deno.test("at most ten links are kept, each once, under a clean label", () => {
  const many = Array.from(
    { length: 30 },
    (_, n) => ({ label: `L\u0000${n}\n`, url: `https://a.example/${n >> 1}` }),
  );
  const links = cleanLinks(many);
  assert.equal(links.length, 10);
  assert.deepEqual(links[1], { label: "L2", url: "https://a.example/1" });
  assert.equal(
    cleanLinks([{ label: {}, url: "https://a.example/" }])[0]?.label,
    "Link",
  );
});

/** Does PagerPal answer where its pages and webhooks say it does, and over https? */
import { z } from "zod";
import { connectionFailure } from "../../src/channels/connection_failure.ts";
import { readBounded } from "../../src/channels/read_bounded.ts";
import { VERSION } from "../../src/version.ts";
import { type Check, fail, type Line, ok, warn } from "./check.ts";

export const baseUrl: Check = {
  name: "base_url",
  title: "Address",
  settings: ["PAGERPAL_BASE_URL"],
  limitMs: 10_000,
  async run({ config: { baseUrl } }, signal) {
    try {
      const response = await fetch(`${baseUrl}/health`, {
        redirect: "manual",
        signal,
      });
      const text = await readBounded(response);
      return answerLines(baseUrl, { status: response.status, text });
    } catch (error) {
      const { reason } = connectionFailure(error);
      return [
        fail(
          `${baseUrl} cannot be reached from this machine${
            reason && `: ${reason}`
          }.`,
          "Start PagerPal; look at PAGERPAL_BASE_URL, its name in DNS, the proxy and its certificate. Links in pages lead there.",
        ),
      ];
    }
  },
};

const Health = z.object({
  service: z.literal("pagerpal"),
  version: z.string(),
});

/** Promises what the answer of `/health` means. */
export function answerLines(
  baseUrl: string,
  { status, text }: { status: number; text: string },
): Line[] {
  if (status >= 300 && status < 400) {
    return [
      fail(
        `${baseUrl} redirects elsewhere (${status}).`,
        "Set PAGERPAL_BASE_URL to where it leads: senders turn a redirected POST into a GET.",
      ),
    ];
  }
  const health = Health.safeParse(parsed(text));
  if (status !== 200 || !health.success) {
    return [
      fail(
        `At ${baseUrl} something answers ${status} that is not PagerPal.`,
        "Look at the proxy's configuration and whether PagerPal runs.",
      ),
    ];
  }
  const { version } = health.data;
  return [
    ...version === VERSION
      ? [ok(`PagerPal ${version} answers at ${baseUrl}.`)]
      : [
        warn(
          `PagerPal ${version} answers at ${baseUrl}, and this is ${VERSION}.`,
          "Start the nodes again that run another version.",
        ),
      ],
    ...isInTheOpen(baseUrl)
      ? [
        warn(
          `${baseUrl} is not https: passwords and keys travel in the clear.`,
          "Put a proxy with TLS in front, and name it in PAGERPAL_BASE_URL.",
        ),
      ]
      : [],
  ];
}

function isInTheOpen(baseUrl: string): boolean {
  const { protocol, hostname } = new URL(baseUrl);
  return protocol === "http:" &&
    !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Do the providers let us in? They are asked, and nothing is sent. */
import { askAccount } from "../../src/channels/infobip_account.ts";
import { tryLogin } from "../../src/channels/smtp_relay.ts";
import { type Check, fail, ok, skipped, warn } from "./check.ts";

const TEST_PAGE = "Send yourself a test page, from Settings.";

export const smtp: Check = {
  name: "smtp",
  title: "Mail",
  settings: [
    "SMTP_HOST",
    "SMTP_PORT",
    "SMTP_USER",
    "SMTP_PASSWORD",
    "SMTP_FROM",
  ],
  limitMs: 10_000,
  async run({ config: { smtp } }, signal) {
    if (smtp === null) return [skipped("No mail server is set up.")];
    const { host, port, user } = smtp;
    const error = await tryLogin(smtp, signal);
    const how = user === null ? "without a login" : "with its login";
    return [
      error === null
        ? ok(`${host}:${port} lets us in ${how}; no mail was sent.`)
        : fail(
          `${host}:${port}: ${error}`,
          "Look at SMTP_HOST, SMTP_PORT, SMTP_USER and SMTP_PASSWORD, and whether this machine may reach the server.",
        ),
    ];
  },
};

export const infobip: Check = {
  name: "infobip",
  title: "Infobip",
  settings: ["INFOBIP_BASE_URL", "INFOBIP_API_KEY"],
  limitMs: 10_000,
  async run({ config: { infobip }, clock }, signal) {
    if (infobip === null) return [skipped("No Infobip account is set up.")];
    const answer = await askAccount(infobip, { fetch, clock, signal });
    switch (answer.outcome) {
      case "known":
        return [ok("The account takes our key; nothing was sent.")];
      case "limited":
        return [
          warn(
            "The account knows our key, which may not read the log; so whether it may send was not seen.",
            TEST_PAGE,
          ),
        ];
      case "failed":
        return [
          fail(
            answer.error,
            "Look at INFOBIP_BASE_URL and INFOBIP_API_KEY, and in Infobip's portal at the key's expiry, scopes and allowed addresses.",
          ),
        ];
    }
  },
};

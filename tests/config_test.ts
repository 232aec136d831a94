import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { type Config, ConfigError, readConfig } from "../src/config.ts";
import {
  DEVELOPMENT_SECRET_KEY,
  SECRET_VARIABLES,
  VARIABLE_NAMES,
  VARIABLES,
} from "../src/config/variables.ts";

type Env = Record<string, string | undefined>;

const GOOD_KEY = "0123456789abcdef0123456789abcdef";
const PRODUCTION: Env = {
  ENVIRONMENT: "production",
  SECRET_KEY: GOOD_KEY,
  PAGERPAL_BASE_URL: "https://pager.example.com",
  ALLOWED_ORIGINS: "https://pager.example.com",
};

function read(env: Env, files: Record<string, string> = {}): Config {
  return readConfig(env, (path) => {
    const content = files[path];
    if (content === undefined) throw new Deno.errors.NotFound(path);
    return content;
  });
}

function refusal(env: Env, files: Record<string, string> = {}): string {
  let message = "";
  throws(() => read(env, files), (error) => {
    ok(error instanceof ConfigError);
    message = error.message;
    return true;
  });
  return message;
}

/** The names that a refusal blames, in its order. */
function blamed(env: Env, files: Record<string, string> = {}): string[] {
  return [...refusal(env, files).matchAll(/^- (\w+)/gm)].map(([, n]) =>
    n ?? ""
  );
}

Deno.test("without any setting the service starts for development", () => {
  const config = read({});
  equal(config.environment, "development");
  deepEqual(config.database, { kind: "libsql-file", path: "data/pagerpal.db" });
  equal(config.baseUrl, "http://localhost:8000");
  deepEqual(config.allowedOrigins, ["http://localhost:8000"]);
  equal(config.sessionCookieSecure, false);
  equal(config.notificationSendingEnabled, false);
  equal(config.notificationRetryWorkerEnabled, true);
  equal(config.escalationWorkerEnabled, true);
  deepEqual(config.alertSourceRateLimit, { capacity: 120, refillPerSecond: 2 });
  equal(config.port, 8000);
  equal(config.host, "127.0.0.1");
  equal(config.logLevel, "info");
  deepEqual(config.trustedProxies, []);
  equal(config.infobip, null);
  equal(config.infobipReceiptToken, null);
  equal(config.smtp, null);
  deepEqual(config.warnings, []);
});

Deno.test("an empty or blank value counts as not set", () => {
  const env = Object.fromEntries(VARIABLE_NAMES.map((name) => [name, "  "]));
  deepEqual(read(env), read({}));
});

Deno.test("settings cannot be changed after they were read, at any depth", () => {
  const config = read({
    TRUSTED_PROXIES: "10.0.0.0/8",
    SMTP_HOST: "mail",
    SMTP_FROM: "a@b",
  });
  for (
    const part of [
      config,
      config.database,
      config.smtp,
      config.trustedProxies,
      config.alertSourceRateLimit,
      config.secrets,
    ]
  ) ok(Object.isFrozen(part));
});

Deno.test("every form of DATABASE_URL leads to its database", () => {
  const file = (path: string) => ({ kind: "libsql-file", path });
  const postgres = (url: string) => ({ kind: "postgres", url });
  const remote = (url: string, authToken: string | null = null) => ({
    kind: "libsql-remote",
    url,
    authToken,
  });
  const cases: [string, unknown][] = [
    ["sqlite:///./pagerpal.db", file("./pagerpal.db")],
    ["sqlite:///pagerpal.db", file("pagerpal.db")],
    ["sqlite:////data/pagerpal.db", file("/data/pagerpal.db")],
    ["sqlite+aiosqlite:////data/p.db?timeout=3", file("/data/p.db")],
    ["file:pagerpal.db", file("pagerpal.db")],
    ["file:./a%20b.db", file("./a b.db")],
    ["file:/data/pagerpal.db", file("/data/pagerpal.db")],
    ["file:///data/pagerpal.db", file("/data/pagerpal.db")],
    ["libsql://db.example.com", remote("libsql://db.example.com")],
    [
      "libsql://db.example.com?authToken=abc&tls=0",
      remote("libsql://db.example.com?tls=0", "abc"),
    ],
    ["http://127.0.0.1:8080", remote("http://127.0.0.1:8080/")],
    ["https://db.example.com/", remote("https://db.example.com/")],
    ["postgres://u:p@h:5432/d", postgres("postgres://u:p@h:5432/d")],
    ["postgresql://u@h/d?a=b", postgres("postgres://u@h/d?a=b")],
    ["postgresql+psycopg://u:p@h/d", postgres("postgres://u:p@h/d")],
    ["postgresql+asyncpg://u:p@h/d", postgres("postgres://u:p@h/d")],
    ["postgres://u:p@h1:1,h2:2/d", postgres("postgres://u:p@h1:1,h2:2/d")],
  ];
  for (const [url, database] of cases) {
    deepEqual(read({ DATABASE_URL: url }).database, database, url);
  }
});

Deno.test("a DATABASE_URL that names no usable database is refused", () => {
  const wrong = [
    "sqlite://",
    "sqlite://pagerpal.db",
    "sqlite:///:memory:",
    "file::memory:",
    "file:",
    "file:/data/",
    "file:x.db?mode=memory",
    "file:%E0%A4%A",
    "mysql://h/d",
    "postgres:",
    "postgres:///d",
    "libsql:",
    "http://u:p@h/",
    "pagerpal.db",
    "-",
  ];
  for (const url of wrong) {
    deepEqual(blamed({ DATABASE_URL: url }), ["DATABASE_URL"], url);
  }
});

Deno.test("a remote database takes its token from one place only", () => {
  const remote = "libsql://db.example.com";
  deepEqual(
    read({ DATABASE_URL: remote, DATABASE_AUTH_TOKEN: "abc" }).database,
    { kind: "libsql-remote", url: remote, authToken: "abc" },
  );
  const twice = {
    DATABASE_URL: `${remote}?authToken=a`,
    DATABASE_AUTH_TOKEN: "b",
  };
  deepEqual(blamed(twice), ["DATABASE_AUTH_TOKEN"]);
  deepEqual(blamed({ DATABASE_AUTH_TOKEN: "b" }), ["DATABASE_AUTH_TOKEN"]);
});

Deno.test("a flag is written in any of the usual words, in any case", () => {
  const read1 = (text: string) =>
    read({ NOTIFICATION_SENDING_ENABLED: text }).notificationSendingEnabled;
  for (const text of ["true", "1", "yes", "on", "TRUE", "On"]) ok(read1(text));
  for (const text of ["false", "0", "no", "off", "False"]) ok(!read1(text));
  deepEqual(blamed({ NOTIFICATION_SENDING_ENABLED: "maybe" }), [
    "NOTIFICATION_SENDING_ENABLED",
  ]);
});

Deno.test("lists are split at commas and their items normalised", () => {
  const config = read({
    TRUSTED_PROXIES: " 10.0.0.0/8, 192.168.1.1,fd00::/8 ,::1,",
    ALLOWED_ORIGINS: "https://A.example.com/, http://localhost:3000",
  });
  deepEqual(config.trustedProxies, [
    "10.0.0.0/8",
    "192.168.1.1",
    "fd00::/8",
    "::1",
  ]);
  deepEqual(config.allowedOrigins, [
    "https://a.example.com",
    "http://localhost:3000",
  ]);
});

Deno.test("each variable refuses what it cannot mean, and names what is allowed", () => {
  const wrong: [string, string, RegExp][] = [
    ["ENVIRONMENT", "prod", /one of development, test, production/],
    ["PORT", "0", /from 1 to 65535/],
    ["PORT", "80a", /from 1 to 65535/],
    ["PORT", "1e3", /from 1 to 65535/],
    ["PORT", "-1", /from 1 to 65535/],
    ["SMTP_PORT", "70000", /from 1 to 65535/],
    ["HOST", "localhost:80/x", /host name/],
    ["PAGERPAL_BASE_URL", "pager.example.com", /http or https/],
    ["PAGERPAL_BASE_URL", "https://u:p@h", /without user name/],
    ["PAGERPAL_BASE_URL", "https://h/?a=b", /without user name, query/],
    ["ALLOWED_ORIGINS", "https://h/path", /origins such as/],
    ["ALLOWED_ORIGINS", "example.com", /origins such as/],
    ["SESSION_COOKIE_SECURE", "2", /true or false/],
    ["NOTIFICATION_CONCURRENCY", "0", /from 1 to 256/],
    ["NOTIFICATION_RETRY_WORKER_ENABLED", "t", /true or false/],
    ["ESCALATION_WORKER_ENABLED", "t", /true or false/],
    ["ALERT_SOURCE_RATE_LIMIT_CAPACITY", "1.5", /whole number/],
    ["ALERT_SOURCE_RATE_LIMIT_REFILL_PER_SECOND", "0", /above 0/],
    ["ALERT_SOURCE_RATE_LIMIT_REFILL_PER_SECOND", "x", /above 0/],
    ["LOG_LEVEL", "loud", /one of trace, debug/],
    ["TRUSTED_PROXIES", "10.0.0.0/33", /addresses or networks/],
    ["TRUSTED_PROXIES", "proxy", /addresses or networks/],
    ["TRUSTED_PROXIES", "::1/129", /addresses or networks/],
    ["INFOBIP_WHATSAPP_TEMPLATE_LANGUAGE", "x", /language code/],
    ["SECRET_KEY", "two\nlines", /one line/],
  ];
  for (const [name, text, allowed] of wrong) {
    deepEqual(blamed({ [name]: text }), [name], `${name}=${text}`);
    match(refusal({ [name]: text }), allowed);
  }
});

Deno.test("the words of v1 for log levels are understood", () => {
  equal(read({ LOG_LEVEL: "WARNING" }).logLevel, "warning");
  equal(read({ LOG_LEVEL: "warn" }).logLevel, "warning");
  equal(read({ LOG_LEVEL: "CRITICAL" }).logLevel, "fatal");
});

Deno.test("Infobip is set up from its variables, its address with or without a scheme", () => {
  const config = read({
    INFOBIP_BASE_URL: "abc.api.infobip.com",
    INFOBIP_API_KEY: "the-key",
    INFOBIP_SMS_SENDER: "PagerPal",
    INFOBIP_RECEIPT_TOKEN: "the-token",
  });
  deepEqual(config.infobip, {
    baseUrl: "https://abc.api.infobip.com",
    apiKey: "the-key",
    smsSender: "PagerPal",
    whatsappSender: null,
    whatsappTemplate: null,
    whatsappTemplateLanguage: "en",
  });
  equal(config.infobipReceiptToken, "the-token");
});

Deno.test("a provider that is set up by halves is refused, and the missing half named", () => {
  const halves: [Env, string[]][] = [
    [{ INFOBIP_API_KEY: "k" }, ["INFOBIP_BASE_URL"]],
    [{ INFOBIP_BASE_URL: "https://h" }, ["INFOBIP_API_KEY"]],
    [{ INFOBIP_WHATSAPP_TEMPLATE: "page" }, ["INFOBIP_WHATSAPP_SENDER"]],
    [{ SMTP_HOST: "h" }, ["SMTP_FROM"]],
    [{ SMTP_HOST: "h", SMTP_FROM: "a@b", SMTP_USER: "u" }, ["SMTP_PASSWORD"]],
    [{ SMTP_HOST: "h", SMTP_FROM: "a@b", SMTP_PASSWORD: "p" }, ["SMTP_USER"]],
    [{ SMTP_USER: "u", SMTP_PASSWORD: "p" }, ["SMTP_HOST"]],
  ];
  for (const [env, names] of halves) {
    deepEqual(blamed(env), names);
    match(refusal(env), /is not set; it must be set, because \w+ is\./);
  }
});

Deno.test("SMTP_FROM is an address with or without a name, never a header of its own", () => {
  const from = (text: string) => ({ SMTP_HOST: "h", SMTP_FROM: text });
  for (const good of ["a@example.com", "Pager Pal <a@localhost>"]) {
    equal(read(from(good)).smtp?.from, good);
  }
  for (const bad of ["a", "a@b\nBcc: c@d", "<a@b", "a@b, c@d"]) {
    deepEqual(blamed(from(bad)), ["SMTP_FROM"], bad);
  }
});

Deno.test("what is allowed but pages nobody is said as a warning", () => {
  const infobip = { INFOBIP_BASE_URL: "https://h", INFOBIP_API_KEY: "k" };
  const sending = { NOTIFICATION_SENDING_ENABLED: "true" };
  const one = (env: Env) => read(env).warnings.join("\n");
  match(one(sending), /no provider is set up/);
  match(one({ ...sending, ...infobip }), /neither INFOBIP_SMS_SENDER/);
  match(
    one({ ...infobip, INFOBIP_SMS_SENDER: "P" }),
    /SENDING_ENABLED is false/,
  );
  match(one({ ...infobip, INFOBIP_BASE_URL: "http://h" }), /not https/);
  equal(one({ ...sending, ...infobip, INFOBIP_SMS_SENDER: "P" }), "");
});

Deno.test("a name in .env that looks like one of ours but is not is said as a warning", () => {
  const env = {
    SMPT_HOST: "h",
    INFOBIP_APIKEY: "k",
    COMPOSE_PROJECT_NAME: "p",
    PATH: "/",
  };
  deepEqual(read(env).warnings, [
    "SMPT_HOST is not a name that PagerPal knows; was SMTP_HOST meant?",
    "INFOBIP_APIKEY is not a name that PagerPal knows; was INFOBIP_API_KEY meant?",
  ]);
});

Deno.test("a secret may stand in a file, whose line end does not count", () => {
  const config = read(
    {
      SECRET_KEY_FILE: "/run/key",
      SMTP_HOST: "h",
      SMTP_FROM: "a@b",
      SMTP_USER: "u",
      SMTP_PASSWORD_FILE: "/run/pw",
    },
    { "/run/key": "from-the-file\n", "/run/pw": "pass word\r\n" },
  );
  equal(config.secretKey, "from-the-file");
  equal(config.smtp?.password, "pass word");
});

Deno.test("each secret that may stand in a file does", () => {
  const files: Record<string, string> = {
    db: "libsql://h",
    text: "some-text-of-a-secret",
  };
  const config = read({
    DATABASE_URL_FILE: "db",
    DATABASE_AUTH_TOKEN_FILE: "text",
    SECRET_KEY_FILE: "text",
    INFOBIP_BASE_URL: "https://h",
    INFOBIP_API_KEY_FILE: "text",
    INFOBIP_RECEIPT_TOKEN_FILE: "text",
    SMTP_HOST: "h",
    SMTP_FROM: "a@b",
    SMTP_USER_FILE: "text",
    SMTP_PASSWORD_FILE: "text",
  }, files);
  const secret = files.text;
  deepEqual(config.database, {
    kind: "libsql-remote",
    url: "libsql://h",
    authToken: secret,
  });
  for (
    const value of [
      config.secretKey,
      config.infobip?.apiKey,
      config.infobipReceiptToken,
      config.smtp?.user,
      config.smtp?.password,
    ]
  ) equal(value, secret);
});

Deno.test("a secret given twice, or in a file that is missing or empty, is refused", () => {
  const file = { SECRET_KEY_FILE: "/key" };
  deepEqual(blamed({ ...file, SECRET_KEY: "a" }, { "/key": "b" }), [
    "SECRET_KEY_FILE",
  ]);
  deepEqual(blamed(file), ["SECRET_KEY_FILE"]);
  deepEqual(blamed(file, { "/key": "\n" }), ["SECRET_KEY_FILE"]);
});

Deno.test("production starts with good settings, cookies secure without being told", () => {
  const config = read(PRODUCTION);
  equal(config.environment, "production");
  equal(config.sessionCookieSecure, true);
});

const GUARDS: [string, Env, string, RegExp][] = [
  [
    "the default secret key, spelt out",
    { SECRET_KEY: DEVELOPMENT_SECRET_KEY },
    "SECRET_KEY",
    /random value of your own/,
  ],
  [
    "no secret key",
    { SECRET_KEY: undefined },
    "SECRET_KEY",
    /random value of your own/,
  ],
  [
    "a secret key of 31 characters",
    { SECRET_KEY: GOOD_KEY.slice(1) },
    "SECRET_KEY",
    /at least 32 characters/,
  ],
  [
    "insecure session cookies",
    { SESSION_COOKIE_SECURE: "false" },
    "SESSION_COOKIE_SECURE",
    /must be true in production/,
  ],
  [
    "a wildcard among the origins",
    { ALLOWED_ORIGINS: "https://a.example.com,*" },
    "ALLOWED_ORIGINS",
    /without the wildcard/,
  ],
  ["no origins", { ALLOWED_ORIGINS: "" }, "ALLOWED_ORIGINS", /at least one/],
  [
    "a list of origins with nothing in it",
    { ALLOWED_ORIGINS: "," },
    "ALLOWED_ORIGINS",
    /at least one/,
  ],
  [
    "a base URL that is not https",
    {
      PAGERPAL_BASE_URL: "http://pager.example.com",
      SESSION_COOKIE_SECURE: "true",
    },
    "PAGERPAL_BASE_URL",
    /https address/,
  ],
  [
    "no base URL",
    { PAGERPAL_BASE_URL: undefined },
    "PAGERPAL_BASE_URL",
    /https address/,
  ],
];

for (const [what, env, name, allowed] of GUARDS) {
  Deno.test(`production refuses ${what}`, () => {
    deepEqual(blamed({ ...PRODUCTION, ...env }), [name]);
    match(refusal({ ...PRODUCTION, ...env }), allowed);
    read({ ...PRODUCTION, ...env, ENVIRONMENT: "development" });
  });
}

Deno.test("one message names everything that is wrong, in production too", () => {
  const env = {
    ENVIRONMENT: "production",
    SECRET_KEY: "short",
    SESSION_COOKIE_SECURE: "no",
    ALLOWED_ORIGINS: "*",
    PAGERPAL_BASE_URL: "http://h",
    PORT: "eighty",
    SMTP_HOST: "h",
    DATABASE_URL: "oracle://u:p@h/d",
    INFOBIP_API_KEY_FILE: "/missing",
  };
  deepEqual(blamed(env).sort(), [
    "ALLOWED_ORIGINS",
    "DATABASE_URL",
    "INFOBIP_API_KEY_FILE",
    "PAGERPAL_BASE_URL",
    "PORT",
    "SECRET_KEY",
    "SESSION_COOKIE_SECURE",
    "SMTP_FROM",
  ]);
  equal(
    refusal(env).split("\n").at(0),
    "PagerPal cannot start, 8 settings are wrong:",
  );
  match(refusal(env), /PORT holds "eighty"; it must be a whole number/);
});

Deno.test("a refusal never shows a secret, nor the password in any URL", () => {
  const secret = fc.string({
    minLength: 8,
    maxLength: 40,
    unit: "grapheme-ascii",
  })
    .map((text) => text.replaceAll(/[\s/]/g, "x") + "§");
  fc.assert(
    fc.property(secret, fc.constantFrom(...SECRET_VARIABLES), (text, name) => {
      ok(!refusal({ [name]: `${text}\n${text}`, PORT: "x" }).includes(text));
      for (
        const scheme of ["mysql://", "sqlite://", "", "post gres://", "http://"]
      ) {
        const url = `${scheme}u:${text}@h/d?authToken=${text}`;
        ok(!refusal({ DATABASE_URL: url, PORT: "x" }).includes(text));
        ok(
          !refusal({ PAGERPAL_BASE_URL: `${url}#`, PORT: "x" }).includes(text),
        );
      }
    }),
  );
});

Deno.test("the values that must not be logged are listed, the database's password among them", () => {
  const config = read({
    SECRET_KEY: "the-secret-key",
    INFOBIP_BASE_URL: "https://h",
    INFOBIP_API_KEY: "the-infobip-key",
    INFOBIP_RECEIPT_TOKEN: "the-receipt-token",
    SMTP_HOST: "h",
    SMTP_FROM: "a@b",
    SMTP_USER: "u",
    SMTP_PASSWORD: "the-smtp-password",
    METRICS_TOKEN: "the-metrics-token",
    HEALTHCHECK_PING_URL: "https://hc.example.com/the-ping",
    DATABASE_URL: "postgres://u:the%20password@h/d",
  });
  deepEqual([...config.secrets].sort(), [
    "https://hc.example.com/the-ping",
    "the password",
    "the%20password",
    "the-infobip-key",
    "the-metrics-token",
    "the-receipt-token",
    "the-secret-key",
    "the-smtp-password",
  ]);
});

Deno.test("the address of the dead-man's switch may have a query, and is hidden where it is wrong", () => {
  const address = (HEALTHCHECK_PING_URL: string) =>
    read({ HEALTHCHECK_PING_URL }).healthcheckPingUrl;
  equal(
    address("https://kuma.example.com/api/push/x?status=up&msg=OK"),
    "https://kuma.example.com/api/push/x?status=up&msg=OK",
  );
  equal(read({}).healthcheckPingUrl, null);
  for (const wrong of ["ping-secret", "ftp://h/x", "https://u:p@h/x"]) {
    const message = refusal({ HEALTHCHECK_PING_URL: wrong });
    match(
      message,
      /^- HEALTHCHECK_PING_URL holds \[hidden\]; it must be an http/m,
    );
    ok(!message.includes(wrong));
  }
});

Deno.test("Deno's own spans, which hold keys, are warned of, and refused in production", () => {
  const on = { OTEL_DENO: "true" };
  const { openTelemetry, warnings } = read(on);
  deepEqual(openTelemetry, { enabled: true, automaticSpans: true });
  ok(
    warnings.some((each) => each.startsWith("OTEL_DENO_TRACING is not false")),
  );
  deepEqual(blamed({ ...PRODUCTION, ...on }), ["OTEL_DENO_TRACING"]);
  const safe = { ...PRODUCTION, ...on, OTEL_DENO_TRACING: "false" };
  deepEqual(read(safe).openTelemetry, { enabled: true, automaticSpans: false });
  deepEqual(read({ OTEL_DENO_TRACING: "true" }).warnings, []);
  deepEqual(blamed({ OTEL_DENO: "yes" }), ["OTEL_DENO"]);
});

Deno.test(".env.example lists exactly the variables that are read", () => {
  const text = Deno.readTextFileSync(
    new URL("../.env.example", import.meta.url),
  );
  const listed = [...text.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, n]) =>
    n
  );
  deepEqual([...listed].sort(), [...VARIABLE_NAMES].sort());
  equal(listed.length, new Set(listed).size);
  ok(Object.keys(VARIABLES).length > 20);
});

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { getLogger, withContext } from "@logtape/logtape";
import fc from "npm:fast-check@4.10.2";
import { configureLogging } from "../src/logging.ts";
import { LONGEST_TEXT, MASK } from "../src/logging/mask.ts";

type Line = Record<string, unknown>;

/** The lines that `work` logs. */
function logged(
  work: () => void,
  { secrets = [] as string[], level = "trace" as const } = {},
): string[] {
  const lines: string[] = [];
  configureLogging({ level, secrets, sink: (line) => lines.push(line) });
  work();
  return lines;
}

function loggedOne(
  properties: Record<string, unknown>,
  secrets?: string[],
): Line {
  const lines = logged(
    () => getLogger(["pagerpal", "test"]).info("It happened", properties),
    secrets ? { secrets } : {},
  );
  equal(lines.length, 1);
  return JSON.parse(lines[0] ?? "");
}

Deno.test("a line is one JSON object with time, level, logger, message and properties", () => {
  const line = loggedOne({ incident_id: 7, labels: ["a", null] });
  const { time, ...rest } = line;
  deepEqual(Object.keys(line), [
    "time",
    "level",
    "logger",
    "message",
    "incident_id",
    "labels",
  ]);
  equal(new Date(String(time)).toISOString(), time);
  deepEqual(rest, {
    level: "info",
    logger: "pagerpal.test",
    message: "It happened",
    incident_id: 7,
    labels: ["a", null],
  });
});

Deno.test("a line holds the request's id wherever in the request it was logged, and no other's", async () => {
  const lines: string[] = [];
  configureLogging({
    level: "info",
    secrets: [],
    sink: (line) => lines.push(line),
  });
  const request = (id: string) =>
    withContext({ request_id: id }, async () => {
      await Promise.resolve();
      getLogger("a").info("deep", { of: id });
    });
  await Promise.all([request("one"), request("two")]);
  getLogger("a").info("outside");
  const parsed: Line[] = lines.map((line) => JSON.parse(line));
  deepEqual(parsed.map(({ request_id, of }) => [request_id, of]), [
    ["one", "one"],
    ["two", "two"],
    [undefined, undefined],
  ]);
  deepEqual(Object.keys(parsed[0] ?? {}).slice(0, 5), [
    "time",
    "level",
    "logger",
    "message",
    "request_id",
  ]);
});

Deno.test("a level below the chosen one is not written", () => {
  const lines: string[] = [];
  configureLogging({
    level: "warning",
    secrets: [],
    sink: (line) => lines.push(line),
  });
  const logger = getLogger("a");
  logger.debug("no");
  logger.info("no");
  logger.warn("yes");
  logger.error("yes");
  logger.fatal("yes");
  deepEqual(lines.map((line) => JSON.parse(line).level), [
    "warning",
    "error",
    "fatal",
  ]);
});

Deno.test("a property that has the name of a line's own field does not replace it", () => {
  const line = loggedOne({ message: "mine", level: "mine" });
  equal(line.message, "It happened");
  equal(line.message_, "mine");
  equal(line.level_, "mine");
});

Deno.test("an error is told with name, message, stack, cause and its own fields", () => {
  const cause = new RangeError("too far");
  const error = Object.assign(new TypeError("broken", { cause }), {
    code: "E1",
  });
  const told = loggedOne({ error }).error as Record<string, Line>;
  equal(told.name, "TypeError");
  equal(told.message, "broken");
  equal(told.code, "E1");
  match(String(told.stack), /TypeError: broken\n.*logging_test/s);
  equal(told.cause?.message, "too far");
  const many = new AggregateError([new Error("one")], "several");
  const errors = (loggedOne({ many }).many as Line).errors as Line[];
  equal(errors[0]?.message, "one");
});

Deno.test("what JSON has no word for does not stop the line", () => {
  const circle: Line = { name: "round" };
  circle.self = circle;
  const thrower = {
    get bad() {
      throw new Error("no");
    },
  };
  const line = loggedOne({
    circle,
    thrower,
    big: 2n ** 70n,
    nothing: undefined,
    odd: NaN,
    symbol: Symbol("s"),
    call: function named() {},
    at: new Date(0),
    never: new Date(NaN),
    where: new URL("https://example.com/a"),
    bytes: new Uint8Array(3),
    map: new Map<unknown, unknown>([["a", 1], [{}, 2]]),
    set: new Set([1]),
    headers: new Headers({ a: "b" }),
    pattern: /x/g,
    bare: Object.assign(Object.create(null), { a: 1 }),
    proxy: new Proxy({}, {
      ownKeys() {
        throw new Error("no");
      },
    }),
  });
  const {
    time: _time,
    level: _level,
    logger: _logger,
    message: _message,
    ...rest
  } = line;
  deepEqual(rest, {
    circle: { name: "round", self: "[circular]" },
    thrower: "[unreadable]",
    big: "1180591620717411303424",
    nothing: null,
    odd: "NaN",
    symbol: "Symbol(s)",
    call: "[function named]",
    at: "1970-01-01T00:00:00.000Z",
    never: null,
    where: "https://example.com/a",
    bytes: "[3 bytes]",
    map: { a: 1, "[object]": 2 },
    set: [1],
    headers: { a: "b" },
    pattern: "/x/g",
    bare: { a: 1 },
    proxy: "[unreadable]",
  });
});

Deno.test("the same object twice, but not within itself, is told twice", () => {
  const shared = { a: 1 };
  deepEqual(loggedOne({ both: [shared, shared] }).both, [shared, shared]);
});

Deno.test("a megabyte, a thousand entries or a thousand levels make no endless line", () => {
  let deep: unknown = "bottom";
  for (let i = 0; i < 1_000; i++) deep = { deep };
  const wide = Array.from({ length: 1_000 }, () => Array(1_000).fill("x"));
  const lines = logged(() =>
    getLogger("a").info("x".repeat(1_000_000), {
      deep,
      wide,
      text: "é".repeat(1_000_000),
    })
  );
  ok((lines[0]?.length ?? 0) < 5 * LONGEST_TEXT, String(lines[0]?.length));
  match(lines[0] ?? "", /\[cut\]/);
});

Deno.test("a field with a secret's name is masked at any depth, in maps, headers and errors too", () => {
  const names = [
    "password",
    "smtp_password",
    "passwordHash",
    "SECRET_KEY",
    "clientSecret",
    "token",
    "authToken",
    "Authorization",
    "cookie",
    "Set-Cookie",
    "x-api-key",
    "apiKey",
    "api_key",
    "credentials",
    "signature",
    "private_key",
    "session_id",
    "key",
    "auth",
  ];
  for (const name of names) {
    const line = loggedOne({
      [name]: "open sesame",
      in: { list: [{ [name]: "open sesame" }] },
      map: new Map([[name, "open sesame"]]),
      headers: new Headers({ [name]: "open sesame" }),
      error: Object.assign(new Error("x"), { [name]: { deep: "open sesame" } }),
    });
    ok(!JSON.stringify(line).includes("sesame"), name);
    equal(line[name], MASK);
  }
});

Deno.test("fields that only sound like a secret stay, and so do yes and no", () => {
  const harmless = {
    dedup_key: "abc",
    idempotency_key: "abc",
    external_id: "abc",
    author: "abc",
    compass: "abc",
    has_password: true,
    token: null,
  };
  const line = loggedOne(harmless);
  for (const [name, value] of Object.entries(harmless)) {
    equal(line[name], value);
  }
});

Deno.test("a message does not say what a field must not", () => {
  const lines = logged(() => {
    const logger = getLogger("a");
    logger.info("got {password} from {user.token}", {
      password: "sesame",
      user: { token: "sesame" },
    });
    logger.info("all {*}", { password: "sesame" });
    logger.info`tagged ${{ password: "sesame" }} and ${new Error("x", {
      cause: { token: "sesame" },
    })}`;
  });
  equal(lines.length, 3);
  for (const line of lines) {
    ok(!line.includes("sesame"), line);
    ok(line.includes(MASK), line);
  }
});

Deno.test("what looks like a secret is masked inside any text", () => {
  const key = `pp${"aB3".repeat(10)}`;
  const cases: [string, string][] = [
    [
      "postgres://pagerpal:hunter2@db:5432/x",
      "postgres://[redacted]@db:5432/x",
    ],
    ["Authorization: Basic aHVudGVyMg==", "Authorization: [redacted]"],
    ["authorization=App hunter2 next", "authorization=[redacted] next"],
    ['{"authorization":"App hunter2"}', '{"authorization":"[redacted]"}'],
    ["sent Bearer hunter2hunter2 there", "sent Bearer [redacted] there"],
    [
      "libsql://h?authToken=hunter2&tls=0",
      "libsql://h?authToken=[redacted]&tls=0",
    ],
    [
      'body {"password":"hunter2 with blanks","a":1}',
      'body {"password":[redacted],"a":1}',
    ],
    ["x-api-key: hunter2", "x-api-key: [redacted]"],
    [
      `POST /api/v1/webhooks/grafana/${key} 200`,
      "POST /api/v1/webhooks/grafana/[redacted] 200",
    ],
    [`ppt_${"x7".repeat(20)}`, "[redacted]"],
    [
      "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----",
      "[redacted]",
    ],
    [
      "a eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlMTIz b",
      "a [redacted] b",
    ],
  ];
  for (const [text, masked] of cases) {
    equal(loggedOne({ text }).text, masked);
    const error = loggedOne({ error: new Error(text) }).error as Line;
    equal(error.message, masked);
    ok(!String(error.stack).includes("hunter2"), String(error.stack));
  }
});

Deno.test("ordinary sentences stay as they are", () => {
  for (
    const text of [
      "Basic authentication is required",
      "The app restarted; App restarted-by-operator",
      "https://example.com/a@b?c=d",
      "ops@example.com was paged",
      "2 of 3 tokens left",
    ]
  ) equal(loggedOne({ text }).text, text);
});

Deno.test("a known secret is masked as it stands, percent-encoded, in JSON, in digits, and where text is cut", () => {
  const secret = 'p&ss "w\\rd§';
  const line = loggedOne({
    plain: `a${secret}b`,
    url: `https://h/?a=${encodeURIComponent(secret)}`,
    body: JSON.stringify({ a: secret }),
    [secret]: 1,
    edge: "x".repeat(LONGEST_TEXT - 3) + secret,
    number: 12345678,
  }, [secret, "12345678"]);
  equal(line.plain, `a${MASK}b`);
  equal(line.url, `https://h/?a=${MASK}`);
  equal(line.body, `{"a":"${MASK}"}`);
  equal(line[MASK], 1);
  equal(line.number, MASK);
  ok(!String(line.edge).includes(secret.slice(0, 3)));
});

Deno.test("hostile text costs no more than its length", () => {
  // Would take hours were one of the patterns quadratic; it need only end.
  for (
    const unit of [
      "a://",
      "token=",
      "authorization:",
      "Bearer ",
      '"\\',
      "eyJ",
      "pp",
      "-----BEGIN PRIVATE KEY-----",
    ]
  ) {
    loggedOne({ text: unit.repeat(300_000) });
  }
});

/** Structures that hold the secret somewhere, in any of many ways. */
function holding(secret: string) {
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.constantFrom<unknown>(
        secret,
        [secret],
        `${secret}${secret}`,
        `x${secret}y`,
        Symbol(secret),
        new Error(secret),
        new URL(
          `https://u:${encodeURIComponent(secret)}@h/${
            encodeURIComponent(secret)
          }`,
        ),
        { toJSON: () => secret },
        { [secret]: true },
        () => secret,
        Object.defineProperty(() => 1, "name", { value: secret }),
      ),
      fc.string(),
      tie("value").map((inner) => [1, inner]),
      fc.tuple(fc.string(), tie("value")).map(([name, inner]) => ({
        [name]: inner,
      })),
      tie("value").map((inner) => new Map([[secret, inner]])),
      tie("value").map((inner) => new Set([inner])),
      tie("value").map((inner) => new Error(`of ${secret}`, { cause: inner })),
      tie("value").map((inner) => new AggregateError([inner], secret)),
      tie("value").map((inner) => Object.assign(new Error("own"), { inner })),
      tie("value").map((inner) => {
        const circle: Line = { inner };
        circle.self = circle;
        return circle;
      }),
    ),
  }));
  return value;
}

function textsOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [String(value)];
  return Object.entries(value).flatMap((
    [name, inner],
  ) => [name, ...textsOf(inner)]);
}

Deno.test("a configured secret never appears in a line, whatever structure holds it", () => {
  const secret = fc.string({
    minLength: 6,
    maxLength: 40,
    unit: fc.constantFrom(...'abXY01§/+&"\\ é☎'),
  });
  const cases = secret.chain((text) =>
    fc.tuple(fc.constant(text), holding(text))
  );
  fc.assert(
    fc.property(cases, ([text, value]) => {
      const lines = logged(() => {
        const logger = getLogger(["pagerpal", text]);
        logger.error("Failed: {value}", { value });
        logger.error(`Failed: ${text}`, { ...Object(value) });
        logger.error`Failed: ${value}`;
        withContext({ request_id: value }, () => logger.info("in a request"));
      }, { secrets: [text] });
      ok(lines.length === 4);
      for (const line of lines) {
        for (const found of textsOf(JSON.parse(line))) {
          ok(!found.includes(text), line);
        }
      }
    }),
    { numRuns: 300 },
  );
});

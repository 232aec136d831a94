import assert from "node:assert/strict";
import { createSnsSubscriptions } from "../../src/sources/sns_confirmation.ts";
import { fakeFetch, SUBSCRIPTION_ARN, TOKEN } from "./fake_aws.ts";
import { noFetch, sample, TOPIC } from "./fixture.ts";

const XML = sample("sns/confirm-response.xml");

function confirm(answer: () => Response | Error) {
  const aws = fakeFetch(answer);
  const answered = createSnsSubscriptions(aws.fetch).confirm(TOPIC, TOKEN);
  return answered.then((result) => ({ result, aws }));
}

Deno.test("a subscription is confirmed with the region's own endpoint", async () => {
  const { result, aws } = await confirm(() => new Response(XML));
  assert.deepEqual(result, {
    kind: "confirmed",
    subscriptionArn: SUBSCRIPTION_ARN,
  });
  const [asked = ""] = aws.asked;
  assert.equal(new URL(asked).host, "sns.eu-central-1.amazonaws.com");
  assert.deepEqual([...new URL(asked).searchParams], [
    ["Action", "ConfirmSubscription"],
    ["TopicArn", TOPIC],
    ["Token", TOKEN],
  ]);
  assert.equal(aws.inits[0]?.redirect, "error");
});

Deno.test("only an answer with a subscription of the topic is a confirmation", async () => {
  const refused: (() => Response)[] = [
    () => new Response("<ErrorResponse/>", { status: 403 }),
    () => new Response("", { status: 400 }),
    () => new Response("OK"),
    () => new Response("<SubscriptionArn></SubscriptionArn>"),
    () => new Response(XML.replaceAll("123456789012", "999999999999")),
    () =>
      new Response(XML.replace("arn:aws:sns", "<!ENTITY x SYSTEM 'file:'>&x;")),
    () => new Response(XML, { status: 202 }),
  ];
  for (const answer of refused) {
    const { result } = await confirm(answer);
    assert.equal(result.kind, "refused");
    assert.ok("message" in result && !result.message.includes(TOKEN));
  }
});

Deno.test("an SNS that cannot be asked is worth asking again", async () => {
  const unavailable: (() => Response | Error)[] = [
    () => new TypeError("network"),
    () => new DOMException("late", "TimeoutError"),
    () => new Response("", { status: 500 }),
    () => new Response("", { status: 429 }),
    () => new Response("x".repeat(70_000)),
  ];
  for (const answer of unavailable) {
    assert.equal((await confirm(answer)).result.kind, "unavailable");
  }
});

Deno.test("a topic that is none is never asked about", async () => {
  const answer = await createSnsSubscriptions(noFetch)
    .confirm("arn:aws:sns:evil.example:123456789012:a", TOKEN);
  assert.equal(answer.kind, "refused");
});

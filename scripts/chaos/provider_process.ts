/** The stand-in provider as a run of chaos holds it. */
import type {
  InfobipAnswer,
  InfobipRequest,
} from "../../tests/fakes/infobip.ts";
import { firstLine, startScript } from "../child.ts";

/** A message that was handed over. */
export type Arrival = Pick<
  InfobipRequest,
  "atMs" | "messageId" | "taken" | "answer"
>;

export interface Provider extends AsyncDisposable {
  readonly baseUrl: string;
  /** Answers the next requests so, one each, unless what was told before is not over; what is said must be JSON. */
  answerNext(answers: InfobipAnswer[]): Promise<void>;
  /** Everything, in order of arrival. */
  arrivals(): Promise<Arrival[]>;
}

/** Promises a provider on a free port of this machine. */
export async function startProvider(): Promise<Provider> {
  const child = startScript(new URL("provider.ts", import.meta.url), []);
  await child.stdin.close();
  const { line, rest } = await firstLine(child);
  const { baseUrl, controlUrl } = JSON.parse(line);
  return {
    baseUrl,
    async answerNext(answers) {
      const body = JSON.stringify(answers);
      const response = await fetch(controlUrl, { method: "POST", body });
      await response.body?.cancel();
    },
    async arrivals() {
      const response = await fetch(controlUrl);
      return await response.json();
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await rest.cancel();
    },
  };
}

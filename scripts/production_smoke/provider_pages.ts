/** What the stand-in provider has been sent, asked for by the checks. */

export interface ArrivedPage {
  /** Digits. */
  to: string;
  text: string;
  /** False: a repetition or something malformed, for which no telephone rings. */
  taken: boolean;
}

const PROVIDER = "http://provider:8081";

/** Promises every request so far whose text names `title`, in order of arrival. */
export async function pagesOf(title: string): Promise<ArrivedPage[]> {
  const response = await fetch(`${PROVIDER}/pages`);
  const pages: ArrivedPage[] = await response.json();
  return pages.filter(({ text }) => text.includes(title));
}

/** From now on the provider takes messages and answers none, for so many milliseconds. */
export async function holdAnswers(ms: number): Promise<void> {
  await (await fetch(`${PROVIDER}/hold?ms=${ms}`, { method: "POST" })).text();
}

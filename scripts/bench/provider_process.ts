/** The stand-in provider as the benchmark holds it. */
import { firstLine, startScript } from "../child.ts";

/** Each page: to whom, the number of its alert, how many incidents, when (epoch milliseconds, with fractions). */
export type ArrivedPage = [string, number | null, number, number];

export interface Arrivals {
  pages: ArrivedPage[];
  /** Of all pages together. */
  incidents: number;
}

export interface Provider extends AsyncDisposable {
  readonly hostname: string;
  readonly port: number;
  /** How long it lets every page wait for its answer, milliseconds. */
  setDelay(ms: number): Promise<void>;
  /** Forgets what has arrived. */
  forget(): Promise<void>;
  count(): Promise<{ pages: number; incidents: number }>;
  arrivals(): Promise<Arrivals>;
}

/** Promises a provider that listens on a free port of this machine. */
export async function startProvider(pageFormat: URL): Promise<Provider> {
  const script = new URL("provider.ts", import.meta.url);
  const child = startScript(script, [pageFormat.href]);
  await child.stdin.close();
  const { line, rest } = await firstLine(child);
  const port = Number(line);
  const hostname = "127.0.0.1";
  const ask = async (path: string) => {
    const response = await fetch(`http://${hostname}:${port}/bench/${path}`);
    return await response.text();
  };
  return {
    hostname,
    port,
    setDelay: async (ms) => void await ask(`delay?ms=${ms}`),
    forget: async () => void await ask("forget"),
    count: async () => JSON.parse(await ask("count")),
    arrivals: async () => JSON.parse(await ask("arrivals")),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await rest.cancel();
    },
  };
}

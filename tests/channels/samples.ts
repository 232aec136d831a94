/** Promises the text of a recorded Infobip body. */
export function sample(name: string): Promise<string> {
  return Deno.readTextFile(
    new URL(`../samples/infobip/${name}`, import.meta.url),
  );
}

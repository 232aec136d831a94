// A string keeps its place, so that the slashes of an address in it do not begin a comment.
const STRING_OR_COMMENT =
  /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|(?<![\\[])\/\/.*/g;

/** Promises the code of a TypeScript text without its comments. Good enough for a search, not a parser. */
export function withoutComments(text: string): string {
  return text.replace(
    STRING_OR_COMMENT,
    (_match, string: string | undefined) => string ?? " ",
  );
}

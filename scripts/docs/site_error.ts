/** What keeps the site from being built: each problem a sentence that begins with the file and the line. */
import { CommandError } from "../command.ts";

export class SiteError extends CommandError {
  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

/** Creates the first admin account, or lets an admin in again who has lost the password. */
import { passwordProblem } from "../src/app/accounts/password_rules.ts";
import { loadConfig } from "../src/config.ts";
import { openDatabase } from "../src/open_database.ts";
import { type ExitCode, runCommand } from "./command.ts";
import { readPassword } from "./create_admin/read_password.ts";
import {
  readEmail,
  refuseMistake,
  saveAdmin,
} from "./create_admin/save_admin.ts";

const USAGE = `Usage: deno task create-admin <e-mail> [options]

Creates an admin account on the database of DATABASE_URL. Asks for the password
without showing it; when standard input is no terminal, its first line is the
password.

  --name <name>     the person's name; default: the part before the @
  --reset-password  the account exists: give it a new password, and make it an
                    enabled admin again
  --help            this text`;

const OPTIONS = {
  name: { type: "string" },
  "reset-password": { type: "boolean" },
} as const;

type Values = { name?: string; "reset-password"?: boolean };

async function run(
  values: Values,
  [text = ""]: string[],
): Promise<ExitCode> {
  const email = readEmail(text);
  const config = loadConfig();
  const store = await openDatabase(config, Date.now());
  try {
    const reset = values["reset-password"] ?? false;
    // Asked for before the password is, so that nobody types one in vain; and decided once more when it is saved.
    refuseMistake(await store.accounts.findByEmail(email), { email, reset });
    const password = await readPassword((typed) =>
      passwordProblem(typed, email)
    );
    const name = values.name?.trim() || null;
    await saveAdmin(store, { email, name, password, reset }, Date.now());
    console.log(
      reset
        ? `${email} has a new password and is an enabled admin.`
        : `${email} is an admin now.`,
    );
    return 0;
  } finally {
    await store.close();
  }
}

if (import.meta.main) {
  Deno.exit(
    await runCommand({
      usage: USAGE,
      options: OPTIONS,
      positionals: ["an e-mail address"],
      run,
    }, Deno.args),
  );
}

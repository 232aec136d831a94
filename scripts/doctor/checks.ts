/** The list of checks, in the order in which they are made: what others need comes first. */
import { backup } from "./backups.ts";
import { baseUrl } from "./base_url.ts";
import type { Check } from "./check.ts";
import { clocks } from "./clocks.ts";
import { database, migrations, writable } from "./database.ts";
import { onCall } from "./on_call.ts";
import { infobip, smtp } from "./providers.ts";
import { settings } from "./settings.ts";
import { disk, integrity } from "./storage.ts";
import { workers } from "./workers.ts";

/** Promises every check. */
export function checksFor({ deep }: { deep: boolean }): Check[] {
  return [
    settings,
    database,
    migrations,
    writable,
    integrity({ deep }),
    disk,
    clocks,
    smtp,
    infobip,
    baseUrl,
    workers,
    onCall,
    backup,
  ];
}

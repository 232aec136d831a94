import { holdsOn } from "./holds_on.ts";

holdsOn("libsql", 200);

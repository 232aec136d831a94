import { holdsOn } from "./holds_on.ts";

holdsOn("postgres", 100);

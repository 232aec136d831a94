/** What leaves at once, past the outbox, and what comes back of it: test pages and codes. */
import type { ConfirmDeps } from "../responders/confirm_verification.ts";
import type { TestPageDeps } from "./send_test_page.ts";
import type { VerificationDeps } from "../responders/send_verification.ts";

/** All that these use cases need, put together once for the API and the pages. */
export type Immediate = TestPageDeps & VerificationDeps & ConfirmDeps;

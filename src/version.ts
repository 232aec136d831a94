/** The version of this PagerPal, as CHANGELOG.md has it. */
export const VERSION = "2.0.0-alpha.1";

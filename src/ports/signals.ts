/** How the processes on one database hear of each other's commits, sooner than they would by looking every now and then. */
export interface Signals {
  /**
   * Something was committed: the others hear of it soon, many tellings as one. Returns at once and never throws. It may
   * be lost, so everybody still looks by themselves.
   */
  tell(): void;
  /**
   * Calls `heard` soon after another process has committed something, and after each gap in which that may have been
   * missed. To be called once.
   */
  listen(heard: () => void): void;
  /** Whether the commits of others are heard of now. While they are not, it is worth looking more often. */
  isHearing(): boolean;
  /** Promises that what was told has left, and that nothing is heard any more. */
  close(): Promise<void>;
}

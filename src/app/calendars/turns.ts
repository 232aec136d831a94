/** Long work in slices, so that a page that is due in between is sent in between. */

/** About ten milliseconds of what is counted. */
const UNITS_AT_ONCE = 100;

export class Turns {
  #units = 0;

  /** Counts work that is done; once it is enough, waits until whatever else the process has to do has had its turn. */
  async take(units = 1): Promise<void> {
    this.#units += units;
    if (this.#units < UNITS_AT_ONCE) return;
    this.#units = 0;
    await new Promise((resolve) => setTimeout(resolve));
  }
}

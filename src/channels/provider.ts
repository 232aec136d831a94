/** What the channels of one provider share: how many messages are on their way to it, and whether its host is left alone. */
import { bulkhead } from "cockatiel";
import {
  type Circuit,
  type CircuitSettings,
  createCircuit,
} from "./circuit.ts";

export interface ProviderSettings extends Omit<CircuitSettings, "isFailure"> {
  /** Messages on their way at once, by all channels together. */
  maxInFlight: number;
}

export interface Provider {
  readonly slots: ReturnType<typeof bulkhead>;
  /** Opens when the host cannot be reached, whichever channel has found that; any answer closes it. */
  readonly host: Circuit;
}

const MOST_WAITING = 1_000;

/** Promises a provider to which nothing is on its way. */
export function createProvider(settings: ProviderSettings): Provider {
  return {
    slots: bulkhead(settings.maxInFlight, MOST_WAITING),
    host: createCircuit({
      ...settings,
      isFailure: ({ scope }) => scope === "host",
    }),
  };
}

/**
 * What we use of prom-client. Its index also loads a push gateway with an HTTP client, the metrics of a cluster and of
 * garbage collection: a twelfth of a start.
 */
import type client from "prom-client";
import counter from "prom-client/lib/counter.js";
import gauge from "prom-client/lib/gauge.js";
import histogram from "prom-client/lib/histogram.js";
import registry from "prom-client/lib/registry.js";

// The types stand in the index alone.
export const Counter: typeof client.Counter = counter;
export const Gauge: typeof client.Gauge = gauge;
export const Histogram: typeof client.Histogram = histogram;
export const Registry: typeof client.Registry = registry;

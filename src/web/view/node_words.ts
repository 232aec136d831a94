/** The nodes, in words; one that stopped answering loud. */
import {
  type Node,
  type NodeState,
  nodeState,
} from "../../domain/system/node.ts";
import { briefly, duration } from "./duration.ts";
import { agree, counted, listed, sentenceCase, spelled } from "./plural.ts";

export interface NodeRow {
  name: string;
  isThis: boolean;
  tone: "plain" | "warn" | "bad";
  /** How it stands, as "Running for 3 h 5 min, heard of 2 s ago". */
  state: string;
  /** What it does and what it is, as "Sends and escalates; version 2.0.0". */
  facts: string;
}

export interface NodesView {
  /** As "Three nodes are running, one stopped answering 2 min ago." */
  sentence: string;
  /** Whether the sentence is about something that is wrong. */
  tone: "plain" | "bad";
  /** Those that have not ended: this one, those that stopped answering, and the others. */
  rows: NodeRow[];
  /** Those that ended in order within the last day, the last one first. */
  ended: NodeRow[];
  /** How many these are, in words. */
  endedWords: string;
}

interface Standing {
  node: Node;
  state: NodeState;
}

/** Promises all nodes that are known, and what matters about them in one sentence; `name` is this one's. */
export function nodesView(
  nodes: readonly Node[],
  { name, nowMs }: { name: string; nowMs: number },
): NodesView {
  const all = nodes.map((node): Standing => ({
    node,
    state: nodeState(node, nowMs),
  }));
  const row = (one: Standing) => nodeRow(one, { name, nowMs });
  const ended = all.filter(({ state }) => state === "stopped");
  const others = all.filter(({ state }) => state !== "stopped")
    .toSorted((a, b) =>
      Number(b.node.name === name) - Number(a.node.name === name) ||
      Number(b.state === "lost") - Number(a.state === "lost") ||
      b.node.startedAtMs - a.node.startedAtMs
    );
  return {
    sentence: sentenceOf(others, nowMs),
    tone: others.some(({ state }) => state === "lost") ? "bad" : "plain",
    rows: others.map(row),
    ended: ended.map(row),
    endedWords: `${counted(ended.length, "node")} ended in order within a day`,
  };
}

function sentenceOf(standing: readonly Standing[], nowMs: number): string {
  const inState = (state: NodeState) =>
    standing.filter((one) => one.state === state);
  const running = inState("running").length;
  const back = inState("standing_back").length;
  const draining = inState("draining").length;
  const lost = inState("lost");
  const parts = [
    `${spelled(running)} ${agree(running, "node is", "nodes are")} running`,
  ];
  if (back > 0) {
    parts.push(`${spelled(back)} ${agree(back, "stands", "stand")} back`);
  }
  if (draining > 0) {
    parts.push(`${spelled(draining)} ${agree(draining, "is", "are")} stopping`);
  }
  if (lost.length > 0) {
    const lastMs = Math.max(...lost.map(({ node }) => node.lastSeenAtMs));
    const words = `${spelled(lost.length)} stopped answering`;
    const when = `${briefly(nowMs - lastMs)} ago`;
    parts.push(
      lost.length === 1 ? `${words} ${when}` : `${words}, the last ${when}`,
    );
  }
  return `${sentenceCase(listed(parts, parts.length))}.`;
}

function nodeRow(
  { node, state }: Standing,
  { name, nowMs }: { name: string; nowMs: number },
): NodeRow {
  return {
    name: node.name,
    isThis: node.name === name,
    tone: state === "lost" ? "bad" : state === "running" ? "plain" : "warn",
    state: stateWords(node, state, nowMs),
    facts: `${doesWhat(node)}; version ${node.version}`,
  };
}

function stateWords(node: Node, state: NodeState, nowMs: number): string {
  const heard = `${briefly(nowMs - node.lastSeenAtMs)} ago`;
  switch (state) {
    case "running":
      return `Running for ${
        duration(nowMs - node.startedAtMs)
      }, heard of ${heard}`;
    case "standing_back":
      return `Stands back: it knows migration ${node.schemaVersion}, and cannot work on the database as it is`;
    case "draining":
      return `Stopping: finishes what it began, heard of ${heard}`;
    case "stopped":
      return `Stopped ${heard}`;
    case "lost":
      return `Stopped answering ${heard}`;
  }
}

function doesWhat({ delivers, escalates }: Node): string {
  if (delivers && escalates) return "Sends and escalates";
  if (delivers) return "Sends, does not escalate";
  if (escalates) return "Escalates, does not send again what failed";
  return "Takes alerts and shows pages";
}

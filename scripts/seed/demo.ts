/**
 * Who and what the demonstration is made of. The numbers are of the range that Ofcom keeps for drama, the addresses of
 * a domain that RFC 2606 keeps for examples: neither reaches anybody.
 */
import type { SourceKind } from "../../src/domain/alert_source.ts";

export interface DemoPerson {
  name: string;
  email: string;
  phone: string;
  whatsapp: boolean;
  timeZone: string;
}

export const PEOPLE: readonly DemoPerson[] = [
  {
    name: "Maya Okafor",
    email: "maya@example.com",
    phone: "+447700900101",
    whatsapp: true,
    timeZone: "Europe/London",
  },
  {
    name: "Idris Bello",
    email: "idris@example.com",
    phone: "+447700900102",
    whatsapp: false,
    timeZone: "Africa/Lagos",
  },
  {
    name: "Jonas Lind",
    email: "jonas@example.com",
    phone: "+447700900103",
    whatsapp: false,
    timeZone: "Europe/Stockholm",
  },
  {
    name: "Ana Ruiz",
    email: "ana@example.com",
    phone: "+447700900104",
    whatsapp: true,
    timeZone: "Europe/Madrid",
  },
  {
    name: "Priya Raman",
    email: "priya@example.com",
    phone: "+447700900105",
    whatsapp: false,
    timeZone: "Asia/Kolkata",
  },
];

type PersonName = string;

export interface DemoTeam {
  name: string;
  description: string;
  members: PersonName[];
  schedule: {
    name: string;
    timeZone: string;
    /** They take turns of one day, from 09:00 to 09:00 in the schedule's zone, in this order. */
    turns: PersonName[];
  };
  policy: {
    name: string;
    description: string;
    /** The first step pages whoever is on call; these come next, each after so many minutes. */
    afterMinutes: number;
    second: PersonName;
    repeatCount: number;
    acknowledgementTimeoutMinutes: number | null;
  };
  sources: { name: string; kind: SourceKind }[];
}

export const TEAMS: readonly DemoTeam[] = [
  {
    name: "Payments",
    description: "Checkout, card processing and refunds.",
    members: ["Maya Okafor", "Idris Bello", "Ana Ruiz"],
    schedule: {
      name: "Payments primary",
      timeZone: "Europe/London",
      turns: ["Maya Okafor", "Idris Bello", "Ana Ruiz"],
    },
    policy: {
      name: "Payments: on call, then Idris, then everybody",
      description: "For whatever stops a customer from paying.",
      afterMinutes: 5,
      second: "Idris Bello",
      repeatCount: 2,
      acknowledgementTimeoutMinutes: 30,
    },
    sources: [
      { name: "Checkout probes", kind: "generic" },
      { name: "Payments Grafana", kind: "grafana" },
    ],
  },
  {
    name: "Platform",
    description: "Clusters, databases and the network below everything else.",
    members: ["Jonas Lind", "Priya Raman", "Ana Ruiz"],
    schedule: {
      name: "Platform primary",
      timeZone: "Europe/Stockholm",
      turns: ["Jonas Lind", "Priya Raman"],
    },
    policy: {
      name: "Platform: on call, then Jonas, then everybody",
      description: "For hosts, disks and databases.",
      afterMinutes: 10,
      second: "Jonas Lind",
      repeatCount: 1,
      acknowledgementTimeoutMinutes: null,
    },
    sources: [
      { name: "Platform Alertmanager", kind: "alertmanager" },
      { name: "AWS alarms", kind: "cloudwatch" },
    ],
  },
];

/**
 * Who and what the demonstration is made of. The numbers are of the range that Ofcom keeps for drama, the addresses of
 * a domain that RFC 2606 keeps for examples: neither reaches anybody.
 */
import type { SourceKind } from "../../src/domain/intake/alert_source.ts";
import type { Rotation } from "../../src/domain/schedules/rotation.ts";

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

export interface DemoLayer {
  name: string;
  turns: PersonName[];
  /** All but the members; the times are those of the schedule's zone. */
  rotation: Omit<Rotation, "responderIds">;
}

export interface DemoTeam {
  name: string;
  description: string;
  members: PersonName[];
  schedule: {
    name: string;
    timeZone: string;
    description: string;
    /** Lowest first. */
    layers: DemoLayer[];
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

/** From a Monday long enough ago, handed over on Mondays at 09:00. */
const WEEKLY: DemoLayer["rotation"] = {
  period: { unit: "weeks", count: 1 },
  handoff: { time: "09:00", weekday: 1, dayOfMonth: 1 },
  startsAt: "2026-01-05T09:00",
  endsAt: null,
  restrictions: [],
  turnCounts: "calendar_time",
};

export const TEAMS: readonly DemoTeam[] = [
  {
    name: "Payments",
    description: "Checkout, card processing and refunds.",
    members: ["Maya Okafor", "Idris Bello", "Ana Ruiz"],
    schedule: {
      name: "Payments primary",
      timeZone: "Europe/London",
      description: "A week each; the nights take turns of their own.",
      layers: [
        {
          name: "Weekly",
          turns: ["Maya Okafor", "Idris Bello", "Ana Ruiz"],
          rotation: WEEKLY,
        },
        {
          name: "Nights",
          turns: ["Idris Bello", "Ana Ruiz"],
          rotation: {
            ...WEEKLY,
            period: { unit: "days", count: 1 },
            handoff: { time: "12:00", weekday: 1, dayOfMonth: 1 },
            restrictions: [1, 2, 3, 4, 5, 6, 7].map((day) => ({
              fromDay: day,
              fromTime: "22:00",
              toDay: day % 7 + 1,
              toTime: "07:00",
            })),
          },
        },
      ],
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
      description:
        "A weekday each, so that nobody's turn falls on a weekend; the weekends go round by themselves.",
      layers: [
        {
          name: "Weekdays",
          turns: ["Jonas Lind", "Priya Raman", "Ana Ruiz"],
          rotation: {
            ...WEEKLY,
            period: { unit: "days", count: 1 },
            restrictions: [
              { fromDay: 1, fromTime: "09:00", toDay: 6, toTime: "09:00" },
            ],
            turnCounts: "on_duty_time",
          },
        },
        {
          name: "Weekends",
          turns: ["Priya Raman", "Jonas Lind"],
          rotation: {
            ...WEEKLY,
            restrictions: [
              { fromDay: 6, fromTime: "09:00", toDay: 1, toTime: "09:00" },
            ],
          },
        },
      ],
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

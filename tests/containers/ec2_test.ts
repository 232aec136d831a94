import { deepEqual, equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parse } from "npm:yaml@2.9.1";
import denoJson from "../../deno.json" with { type: "json" };
import { attempt, ifInstalled, run } from "./outside_tools.ts";

const EC2 = new URL("../../scripts/ec2/", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, EC2));

/** As a person or Terraform fills them in. */
const FILLED: Record<string, string> = {
  REPOSITORY: "https://git.example.com/pagerpal.git",
  REVISION: "v2.0.0",
  BASE_URL: "https://pager.example.com",
  ADMIN_EMAIL: "maya@example.com",
  SESSION_COOKIE_SECURE: "true",
  DATA_VOLUME: "vol-0123456789abcdef0",
  DATABASE_URL_PARAMETER: "",
  BACKUP_TO: "s3://backups/pagerpal",
  AWS_REGION: "eu-west-1",
};

interface UserData {
  packages: string[];
  write_files: { path: string; permissions: string; content: string }[];
  runcmd: string[][];
}

function filledIn(): string {
  return read("user_data.yaml").replace(
    /\$\{(\w+)\}/g,
    (_, name: string) => FILLED[name] ?? `no ${name}`,
  );
}

Deno.test("the user data clones the revision that it names, and gives install its settings in a file for root", async () => {
  ok(filledIn().startsWith("#cloud-config\n"));
  const { packages, write_files: [settings], runcmd }: UserData = parse(
    filledIn(),
  );
  deepEqual(packages, ["git"]);
  equal(settings?.path, "/etc/pagerpal/install.env");
  equal(settings?.permissions, "0600");
  const names = Object.keys(FILLED);
  const shown = names.map((name) => `"$${name}"`).join(" ");
  const { output } = await run("bash", [
    "-c",
    `${settings?.content}\nprintf '%s\\n' ${shown}`,
  ]);
  deepEqual(output.split("\n").slice(0, -1), Object.values(FILLED));
  deepEqual(runcmd.map((words) => words.map(String)), [
    [
      ...["git", "clone", "--branch", "v2.0.0", "--depth", "1"],
      ...["https://git.example.com/pagerpal.git", "/opt/pagerpal"],
    ],
    ["/opt/pagerpal/scripts/ec2/install"],
  ]);
});

Deno.test("Terraform fills in what the user data asks for, and nothing else", () => {
  const asked = [...read("user_data.yaml").matchAll(/\$\{(\w+)\}/g)];
  const [, given = ""] =
    /user_data\.yaml", \{([^}]*)\}/.exec(read("terraform/main.tf")) ?? [];
  const names = [...given.matchAll(/^\s+([A-Z_]+) += /gm)];
  deepEqual(
    names.map(([, name]) => name).sort(),
    [...new Set(asked.map(([, name]) => name))].sort(),
  );
  deepEqual(Object.keys(FILLED).sort(), names.map(([, name]) => name).sort());
});

Deno.test("the systemd unit runs what deno task start runs, as a user who can gain no right", () => {
  const unit = read("pagerpal.service");
  match(
    unit,
    new RegExp(
      `^ExecStart=/usr/local/bin/${escaped(denoJson.tasks.start.command)}$`,
      "m",
    ),
  );
  for (
    const line of [
      "User=pagerpal",
      "Restart=always",
      "NoNewPrivileges=yes",
      "CapabilityBoundingSet=",
      "ProtectSystem=strict",
    ]
  ) {
    ok(unit.split("\n").includes(line), line);
  }
});

Deno.test("the Terraform module keeps the volume, encrypts what is stored, and opens http and https only", () => {
  const main = read("terraform/main.tf");
  match(main, /prevent_destroy = true/);
  equal(main.match(/encrypted +=/g)?.length, 2);
  match(main, /http_tokens = "required"/);
  const ports = [...main.matchAll(/to_port +=\s+(\d+)/g)];
  deepEqual(ports.map(([, port]) => port), ["443", "443", "80"]);
  match(read("terraform/database.tf"), /storage_encrypted +=\s+true/);
  match(read("terraform/variables.tf"), /variable "session_cookie_secure"/);
});

Deno.test("the instance's role may do in the bucket what the guide says that backups need", async () => {
  const guide = await Deno.readTextFile(new URL("../../docs/backup.md", EC2));
  const actions = (text: string) =>
    [...text.matchAll(/[`"](s3:\w+)[`"]/g)].map(([, action]) => action).sort();
  const needed = actions(guide);
  ok(needed.length > 3);
  deepEqual(actions(read("terraform/access.tf")), needed);
});

ifInstalled("cloud-init", "the user data is valid", async () => {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, filledIn());
    await run("cloud-init", ["schema", "--config-file", file]);
  } finally {
    await Deno.remove(file);
  }
});

ifInstalled(
  "systemd-analyze",
  "the systemd unit is well formed",
  async (t) => {
    const folder = await Deno.makeTempDir();
    const verify = async (unit: string) => {
      const file = `${folder}/pagerpal.service`;
      await Deno.writeTextFile(file, unit);
      const { success, output } = await attempt("systemd-analyze", [
        "verify",
        file,
      ]);
      const faults = output.split("\n").filter((line) =>
        line.includes("pagerpal.service")
      );
      return { success, faults };
    };
    try {
      // What it holds against any unit says something of this machine.
      const simple = await verify("[Service]\nExecStart=/bin/sh\n");
      if (!simple.success) {
        await t.step({
          name: "systemd-analyze takes no unit at all here",
          ignore: true,
          fn: () => {},
        });
        return;
      }
      const unit = read("pagerpal.service")
        // It says so too when the program is missing on this machine.
        .replaceAll("/usr/local/bin/deno", "/bin/sh");
      const { faults } = await verify(unit);
      deepEqual(faults.filter((fault) => !simple.faults.includes(fault)), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

ifInstalled(
  "terraform",
  "the Terraform module can be read and is formatted",
  async () => {
    const folder = fileURLToPath(new URL("terraform", EC2));
    await run("terraform", ["fmt", "-check", "-diff", folder]);
  },
);

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

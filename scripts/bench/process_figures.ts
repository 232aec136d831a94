/** What the system says of a process (proc_pid_stat(5), proc_pid_status(5)). Linux only. */

/** Ticks of a second in which the kernel counts, sysconf(_SC_CLK_TCK): 100 on every Linux that Deno runs on. */
const TICKS_PER_SECOND = 100;

/** Promises the processor time that the process has used, in user and in system mode, milliseconds. */
export function processorMs(pid: number): number {
  const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The name, in parentheses, may hold spaces.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return ticks * 1_000 / TICKS_PER_SECOND;
}

/** Promises its resident memory, MB of 1,000,000 bytes. */
export function residentMegabytes(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1_024 / 1_000_000;
}

/**
 * Returns the CPU time of some work, in milliseconds. Unlike the elapsed time, it does not depend on what else runs on
 * the machine.
 */
export async function cpuTime(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

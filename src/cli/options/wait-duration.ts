import type { Option } from "./option.ts";
import { UsageProblem } from "./usage-problem.ts";

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `--wait [DURATION]`, in milliseconds: 0 without the option, no limit without a duration. */
export const WAIT: Option<number> = {
  value: "DURATION",
  isValueOptional: true,
  help: "wait for pulls to become available instead of exiting with 4; DURATION limits the wait, e.g. 90s, 30m, 2h",
  read(given) {
    const last = given.at(-1);
    if (last === undefined) return 0;
    if (last === true || last === "") return Infinity;
    const [, number, unit = ""] = /^(\d+)([smhd])$/.exec(last) ?? [];
    if (number !== undefined) return Number(number) * (UNITS[unit] ?? 0);
    throw new UsageProblem(
      `--wait expects a duration such as 90s, 30m or 2h, not "${last}"`,
      /^\d/.test(last)
        ? "write a number followed by s, m, h or d"
        : "put the plan file before --wait: mirrorform apply plan.json --wait",
    );
  },
};

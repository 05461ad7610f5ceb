import { MirrorError } from "../../errors.ts";
import type { OptionValues } from "./command.ts";

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * How long `--wait[=DURATION]` lets a run wait, in milliseconds: 0 without it, without end when no duration is given.
 * @throws MirrorError USAGE for anything but a number with s, m, h or d
 */
export function readWait(value: OptionValues[string]): number {
  if (value === undefined || value === false) return 0;
  if (value === true || value === "") return Infinity;
  const [, number, unit = ""] = /^(\d+)([smhd])$/.exec(String(value)) ?? [];
  if (number !== undefined) return Number(number) * (UNITS[unit] ?? 0);
  throw new MirrorError(`--wait takes a duration such as 90s, 30m or 2h, not "${String(value)}"`, {
    code: "USAGE",
    side: "config",
    operation: "read the command line",
  });
}

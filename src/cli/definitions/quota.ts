import type { InputOf } from "../options/command.ts";
import { FILE_OPTIONS, VERBOSE } from "../options/common-options.ts";

export const QUOTA = {
  name: "quota",
  summary:
    "show Docker Hub's pull limit, the remaining pulls, and the account or address that they belong to; uses no pulls",
  options: { ...FILE_OPTIONS, verbose: VERBOSE },
  examples: ["mirrorform quota"],
} as const;

export type QuotaInput = InputOf<typeof QUOTA>;

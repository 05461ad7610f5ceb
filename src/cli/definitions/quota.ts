import type { InputOf } from "../options/command.ts";
import { FILE_OPTIONS, VERBOSE } from "../options/common-options.ts";

export const QUOTA = {
  name: "quota",
  summary: "show the pull limit at Docker Hub, the remaining pulls and whose they are; uses no pulls",
  options: { ...FILE_OPTIONS, verbose: VERBOSE },
  examples: ["mirrorform quota"],
} as const;

export type QuotaInput = InputOf<typeof QUOTA>;

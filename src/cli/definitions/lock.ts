import type { InputOf } from "../options/command.ts";
import { DEFAULT_FILE, FILE_OPTIONS, VERBOSE } from "../options/common-options.ts";
import { flag, textWithDefault, type Option } from "../options/option.ts";

/** The glob of `--update` without a value. */
export const EVERY_IMAGE = "**";

/** An empty glob matches nothing, because it may come from an empty variable in a script. */
const UPDATE: Option<readonly string[]> = {
  value: "GLOB",
  isValueOptional: true,
  isRepeatable: true,
  help: "update locked images that match GLOB (default: all) to the digests that their tags point to now",
  read: (given) => given.map((glob) => (glob === true ? EVERY_IMAGE : glob)),
};

export const LOCK = {
  name: "lock",
  summary: "write the lock file, which lists the digests to copy; uses no pulls",
  options: {
    ...FILE_OPTIONS,
    file: textWithDefault("FILE", "mirror file", DEFAULT_FILE, { short: "f" }),
    update: UPDATE,
    check: flag("only compare the lock file with the mirror file, offline; exit with 1 if they disagree"),
    verbose: VERBOSE,
  },
  examples: [
    "mirrorform lock",
    "mirrorform lock --update",
    "mirrorform lock --update 'node*'",
    "mirrorform lock --check",
  ],
} as const;

export type LockInput = InputOf<typeof LOCK>;

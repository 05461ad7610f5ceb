import type { InputOf } from "../options/command.ts";
import { FILE_OPTIONS, VERBOSE } from "../options/common-options.ts";
import { flag, type Option } from "../options/option.ts";

/** What `--update` means without a glob. */
export const EVERY_IMAGE = "**";

/** An empty glob matches nothing: a variable in a script may have been empty. */
const UPDATE: Option<readonly string[]> = {
  value: "GLOB",
  isValueOptional: true,
  isRepeatable: true,
  help: "move the locked images that match GLOB (all without it) to the digests their tags point at now",
  read: (given) => given.map((glob) => (glob === true ? EVERY_IMAGE : glob)),
};

export const LOCK = {
  name: "lock",
  summary: "write the digests that may be copied to the lock file; uses no pulls",
  options: {
    ...FILE_OPTIONS,
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

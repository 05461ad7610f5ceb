import type { InputOf } from "../options/command.ts";
import { FILE_OPTIONS, VERBOSE } from "../options/common-options.ts";
import { flag, text } from "../options/option.ts";

export const REWRITE = {
  name: "rewrite",
  summary: "replace the names of images in files with those of their mirrors",
  options: {
    ...FILE_OPTIONS,
    target: text("NAME", "use the names at this target (default: the only one)"),
    diff: flag("print the changes and write nothing"),
    check: flag("write nothing, and exit with 1 if something would change"),
    yes: flag("write without asking"),
    pin: flag("name the digest that each tag has at the target, too"),
    undo: flag("replace the names of mirrors with those of their sources"),
    offline: flag("do not look at the target: the mirror file must name its account and Region"),
    verbose: VERBOSE,
  },
  operands: {
    usage: "[PATH...]",
    most: Infinity,
    help: "files and folders to rewrite (default: the current folder)",
  },
  examples: ["mirrorform rewrite --diff", "mirrorform rewrite --yes Dockerfile deploy", "mirrorform rewrite --check"],
} as const;

export type RewriteInput = InputOf<typeof REWRITE>;

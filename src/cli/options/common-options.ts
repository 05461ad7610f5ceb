import { flag, text, texts, textWithDefault } from "./option.ts";

/** The mirror file of a command line without `--file`. */
export const DEFAULT_FILE = "mirrors.yaml";

/** Means standard input or standard output in place of a file. */
export const STANDARD_STREAM = "-";

/** Options of every command that reads a mirror file. */
export const FILE_OPTIONS = {
  file: textWithDefault("FILE", "mirror file; - for standard input", DEFAULT_FILE, { short: "f" }),
  json: flag("print one JSON document instead of text"),
  noColor: flag("disable colors; same as setting NO_COLOR"),
} as const;

/** The options that narrow a run. */
export const NARROWING_OPTIONS = {
  target: texts("NAME", "use only this target of the mirror file"),
  only: texts("GLOB", "use only images whose source or target name matches the glob"),
} as const;

export const VERBOSE = flag("log one line for each request to standard error");

/** Options of `plan` and `apply`. */
export const PLANNING_OPTIONS = {
  ...FILE_OPTIONS,
  ...NARROWING_OPTIONS,
  allowDeletions: texts("REPOSITORY", "allow deleting more than 30% of this repository's tags"),
  verbose: VERBOSE,
} as const;

/** `--report` and the like: a file that is written in addition to the output. */
export const outputFile = (help: string) => text("FILE", help);

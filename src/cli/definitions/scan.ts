import type { InputOf } from "../options/command.ts";
import { flag } from "../options/option.ts";

export const SCAN = {
  name: "scan",
  summary: "list the images that the files of a folder name; uses no network",
  options: {
    json: flag("print one JSON document instead of text"),
    noColor: flag("disable colors; same as setting NO_COLOR"),
  },
  operands: {
    usage: "[PATH...]",
    most: Infinity,
    help: "files and folders to read; - for YAML from standard input (default: the current folder)",
  },
  examples: ["mirrorform scan", "helm template ./chart | mirrorform scan -"],
} as const;

export type ScanInput = InputOf<typeof SCAN>;

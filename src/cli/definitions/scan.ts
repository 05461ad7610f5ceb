import type { InputOf } from "../options/command.ts";
import { outputFile } from "../options/common-options.ts";
import { flag, text } from "../options/option.ts";

export const SCAN = {
  name: "scan",
  summary: "find the images that files name, such as Dockerfiles and manifests; uses no network",
  options: {
    file: { ...text("FILE", "compare with this mirror file (default: mirrors.yaml, if there is one)"), short: "f" },
    check: flag("exit with 1 if an image is not in the mirror file"),
    write: flag("add the images that are not mirrored to the mirror file, or write a first one"),
    strict: flag("with --check, also exit with 1 for variables without a value and for files that cannot be read"),
    codeQuality: outputFile("write the images that are not mirrored to FILE as a GitLab Code Quality report"),
    json: flag("print one JSON document instead of text"),
    noColor: flag("disable colors; same as setting NO_COLOR"),
  },
  operands: {
    usage: "[PATH...]",
    most: Infinity,
    help: "files and folders to read; - for YAML from standard input (default: the current folder)",
  },
  examples: ["mirrorform scan", "mirrorform scan --check .github deploy", "helm template ./chart | mirrorform scan -"],
} as const;

export type ScanInput = InputOf<typeof SCAN>;

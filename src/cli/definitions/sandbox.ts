import type { InputOf } from "../options/command.ts";
import { FILE_OPTIONS } from "../options/common-options.ts";
import { flag } from "../options/option.ts";

export const SANDBOX = {
  name: "sandbox",
  summary: "run a simulated Docker Hub and ECR locally, to try out a mirror file",
  options: {
    file: { ...FILE_OPTIONS.file, help: "serve the images that this mirror file names" },
    json: flag("print the settings as one JSON document; not with a command"),
    noColor: FILE_OPTIONS.noColor,
  },
  takesCommand: true,
  examples: ["mirrorform sandbox", "mirrorform sandbox -- mirrorform plan"],
} as const;

export type SandboxInput = InputOf<typeof SANDBOX>;

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { atMost, ratio, table } from "../harness/markdown.ts";
import type { Command } from "../harness/measure.ts";
import { newFolder } from "../harness/place.ts";
import { repeat } from "../harness/repeat.ts";
import { median } from "../harness/summary.ts";
import { BUILT, mirrorFile, UNBUILT } from "../tools/mirrorform.ts";
import type { Case } from "./case.ts";

/** Starting is fast, so each round has several starts. */
const STARTS_PER_ROUND = 10;
const ENTRIES = 200;

export const startUp: Case = {
  name: "g",
  title: "startup: --version, and validate with 200 entries",
  async run({ rounds, mirrorform }) {
    const file = join(newFolder("validate"), "mirrors.yaml");
    const repositories = Array.from({ length: ENTRIES }, (_, i) => ({ repository: `team/app-${i}`, tags: ["1.0"] }));
    await writeFile(
      file,
      mirrorFile({ source: "registry.example.com", targets: ["target.example.com"], repositories }),
    );
    const node = (
      name: string,
      args: readonly string[],
    ): { tool: { name: string; unavailable: () => undefined }; command: Command } => ({
      tool: { name, unavailable: () => undefined },
      command: { program: process.execPath, args },
    });
    const commands = [
      node("node -e 0", ["-e", "0"]),
      node("mirrorform --version", [BUILT, "--version"]),
      node("mirrorform validate", [BUILT, "validate", "--file", file]),
      node("from source: --version", [UNBUILT, "--version"]),
      node("from source: validate", [UNBUILT, "validate", "--file", file]),
    ];
    const runs = await repeat(commands, rounds * STARTS_PER_ROUND, () => {});
    const milliseconds = (name: string): number | undefined => {
      const seconds = median(
        runs.filter((run) => run.tool === name && run.failure === undefined).map((run) => run.seconds),
      );
      return seconds === undefined ? undefined : seconds * 1000;
    };
    const bare = milliseconds("node -e 0");
    const failed = runs.find(({ failure }) => failure !== undefined);
    return {
      tools: [mirrorform],
      lines: [
        ...table(
          ["command", "median ms", "times node -e 0"],
          commands.map(({ tool: { name } }) => [
            name,
            milliseconds(name)?.toFixed(1) ?? "-",
            ratio(milliseconds(name), bare)?.toFixed(2) ?? "-",
          ]),
        ),
        ...(failed === undefined ? [] : ["", `Failed: ${failed.tool}: ${failed.failure}`]),
        "",
        `${STARTS_PER_ROUND * rounds} starts each, in turn; the built package unless marked "from source".`,
        "",
        atMost("--version / node -e 0", 1.5, ratio(milliseconds("mirrorform --version"), bare)),
        atMost("validate / node -e 0", 3, ratio(milliseconds("mirrorform validate"), bare)),
      ],
    };
  },
};

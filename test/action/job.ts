import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";

import { run, type Ran } from "../support/command.ts";
import { TWO_IMAGES } from "../support/scenario.ts";
import { COMPILE_CACHE } from "../support/compile-cache.ts";
import { world, type World } from "../support/world.ts";
import { startGitHub, type FakeGitHub } from "./fake-github.ts";

const RUN = join(import.meta.dirname, "../../action/run.sh");
/** Small images, because these tests check the output only. */
export const IMAGES = { images: ["redis:7", "nginx:1"], imageOptions: { layers: 1, layerBytes: 64 } };
/** The GitHub token of every job. */
export const TOKEN = "ghs_aTokenThatNobodySees";

/** A GitHub Actions job with a sandbox. */
export interface Job extends World {
  github: FakeGitHub;
  /** Runs the Action as a step of a job. */
  step(command: string, more?: Record<string, string>): Promise<Ran & { outputs: Record<string, string> }>;
  summary(): Promise<string>;
  /** Simulates a push event for the following steps. */
  merge(): Promise<void>;
}

/** Creates a job for a pull request from the same repository (default), a pull request from a fork, or a push. */
export async function job(
  context: TestContext,
  options: { file?: string; images?: Parameters<typeof world>[2]; fork?: boolean; push?: boolean } = {},
): Promise<Job> {
  const github = await startGitHub();
  context.after(() => github.close());
  const head = options.fork === true ? "somebody/images" : "team/images";
  const pull = { number: 5, head: { repo: { full_name: head } }, base: { repo: { full_name: "team/images" } } };
  const event = JSON.stringify(options.push === true ? {} : { pull_request: pull });
  const files = { "mirrors.yaml": options.file ?? TWO_IMAGES, "event.json": event, "summary.md": "", "tmp/.keep": "" };
  const place = await world(context, files, options.images ?? IMAGES);
  const path = (name: string): string => join(place.folder, name);
  return {
    ...place,
    github,
    merge: () => writeFile(path("event.json"), "{}"),
    summary: () => readFile(path("summary.md"), "utf8"),
    async step(command, more = {}) {
      await writeFile(path("output.txt"), "");
      const ran = await run("bash", [RUN], {
        cwd: place.folder,
        timeoutMilliseconds: 60_000,
        env: {
          HOME: place.folder,
          NODE_COMPILE_CACHE: COMPILE_CACHE,
          PATH: `${join(process.execPath, "..")}:${process.env["PATH"]}`,
          ...place.sandbox.environment,
          GITHUB_ACTIONS: "true",
          GITHUB_API_URL: github.url,
          GITHUB_REPOSITORY: "team/images",
          GITHUB_WORKSPACE: place.folder,
          GITHUB_RUN_ID: "77",
          GITHUB_EVENT_PATH: path("event.json"),
          GITHUB_OUTPUT: path("output.txt"),
          GITHUB_STEP_SUMMARY: path("summary.md"),
          RUNNER_TEMP: path("tmp"),
          INPUT_COMMAND: command,
          INPUT_TOKEN: TOKEN,
          ...more,
        },
      });
      const lines = (await readFile(path("output.txt"), "utf8")).trim().split("\n");
      const outputs = Object.fromEntries(lines.map((line) => line.split("=") as [string, string]));
      return { ...ran, outputs };
    },
  };
}

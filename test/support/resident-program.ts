/** The process started by `resident.ts`. Runs the command lines that it receives one after another, until its parent disconnects. */
import { runHere } from "./in-process.ts";

export interface ResidentRequest {
  args: readonly string[];
  folder: string;
  environment: Readonly<Record<string, string>>;
}

process.on("message", (message: ResidentRequest) => void answer(message));
process.on("disconnect", () => process.exit());

async function answer({ args, folder, environment }: ResidentRequest): Promise<void> {
  process.chdir(folder);
  // The AWS SDK reads profiles and keys from process.env.
  process.env = { ...environment };
  process.send?.(await runHere(args, process.env, environment["HOME"]));
}

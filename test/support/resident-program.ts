/** The process behind `resident.ts`: runs the command lines that it is sent, one after another, until nobody sends any. */
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
  // The AWS SDK reads profiles and keys from here, whatever it is given.
  process.env = { ...environment };
  process.send?.(await runHere(args, process.env, environment["HOME"]));
}

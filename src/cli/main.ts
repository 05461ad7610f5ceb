#!/usr/bin/env node
import { version } from "./process/version.ts";

// Asked often, by scripts: answered before anything else is loaded.
if (process.argv.length === 3 && process.argv[2] === "--version") {
  process.stdout.write(`${version()}\n`);
} else {
  const { main } = await import("./run.ts");
  process.exitCode = await main(process.argv.slice(2), process);
}

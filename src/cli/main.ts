import { version } from "./process/version.ts";

// Scripts query the version often, so nothing else is loaded for it.
if (process.argv.length === 3 && process.argv[2] === "--version") {
  process.stdout.write(`${version()}\n`);
} else {
  const { main } = await import("./run.ts");
  const { code, isUrgent } = await main(process.argv.slice(2), process);
  process.exitCode = code;
  if (isUrgent) process.exit();
}

/**
 * Runs the default suite: every `test/**\/*.test.ts` except those that need real registries and those that start a
 * process for each request of an apply (`npm run test:kills`). Checks the number of files and tests, because
 * `node --test` exits with 0 if it finds no files.
 */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";

import { COMPILE_CACHE } from "../test/support/compile-cache.ts";

const NEEDS_REAL_REGISTRIES = "test/registries/";
const KILLS = "test/**/killed*.test.ts";

/** Minimum coverage in percent, slightly below the current values to detect a drop. */
const MIN_COVERAGE = { lines: 99, branches: 95, functions: 98.5 };

/** Minimum number of tests in the suite, slightly below the current number to detect files that silently lose tests. */
const MIN_TESTS = 3590;

/** Test files at a time. Most tests wait for processes and timeouts, so small machines can run more files than cores. */
const CONCURRENCY = Math.max(4, availableParallelism());

/** Coverage slows every test down: fewer at a time keep their time limits. */
const COVERAGE_CONCURRENCY = availableParallelism();

const args = process.argv.slice(2);
const wantsCoverage = args.includes("--coverage");
const patterns = args.filter((arg) => arg !== "--coverage");
const files = globSync(patterns.length > 0 ? patterns : "test/**/*.test.ts", {
  exclude: patterns.length > 0 ? [] : [KILLS],
})
  .filter((file) => !file.startsWith(NEEDS_REAL_REGISTRIES))
  .toSorted();
if (files.length === 0) {
  console.error("no test files match");
  process.exit(1);
}
const coverage = [
  "--experimental-test-coverage",
  "--test-coverage-include=src/**/*.ts",
  "--test-coverage-exclude=src/desired/generated/**",
  ...Object.entries(MIN_COVERAGE).map(([kind, minimum]) => `--test-coverage-${kind}=${minimum}`),
];
const run = spawnSync(
  process.execPath,
  [
    "--test",
    "--test-reporter=spec",
    "--test-timeout=120000",
    `--test-concurrency=${wantsCoverage ? COVERAGE_CONCURRENCY : CONCURRENCY}`,
    ...(wantsCoverage ? coverage : []),
    ...files,
  ],
  {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    // The compile cache makes coverage less accurate.
    env: wantsCoverage ? process.env : { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env },
  },
);
process.stdout.write(run.stdout);
const tests = Number(/^ℹ tests (\d+)$/m.exec(run.stdout)?.[1] ?? 0);
const minimum = Math.max(files.length, patterns.length > 0 ? 0 : MIN_TESTS);
if (tests < minimum) {
  console.error(`${files.length} test files, but only ${tests} tests ran: expected at least ${minimum}`);
  process.exit(1);
}
process.exit(run.status ?? 1);

/**
 * Runs the default suite: every `test/**\/*.test.ts` but those that need real registries, and those that start a
 * process for each single request of an apply (`npm run test:kills`). `node --test` exits 0 when
 * it finds no file, so the files are counted here and the tests that ran are counted from its report.
 */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";

import { COMPILE_CACHE } from "../test/support/compile-cache.ts";

const NEEDS_REAL_REGISTRIES = "test/registries/";
const KILLS = "test/**/killed*.test.ts";

/** Floors of coverage in per cent, a little below what is reached: a drop is to be noticed. */
const COVERAGE_FLOORS = { lines: 98.5, branches: 94.5, functions: 98 };

/** Tests of the whole suite, a little below what there are: a file that silently loses its tests is to be noticed. */
const LEAST_TESTS = 2637;

/** Files at once. Most tests wait for processes and time limits, so on a small machine more than there are cores. */
const CONCURRENCY = Math.max(4, availableParallelism());

const args = process.argv.slice(2);
const wantsCoverage = args.includes("--coverage");
const patterns = args.filter((arg) => arg !== "--coverage");
const files = globSync(patterns.length > 0 ? patterns : "test/**/*.test.ts", {
  exclude: patterns.length > 0 ? [] : [KILLS],
})
  .filter((file) => !file.startsWith(NEEDS_REAL_REGISTRIES))
  .toSorted();
if (files.length === 0) {
  console.error("no test file matches");
  process.exit(1);
}
const coverage = [
  "--experimental-test-coverage",
  "--test-coverage-include=src/**/*.ts",
  "--test-coverage-exclude=src/desired/generated/**",
  ...Object.entries(COVERAGE_FLOORS).map(([kind, floor]) => `--test-coverage-${kind}=${floor}`),
];
const run = spawnSync(
  process.execPath,
  [
    "--test",
    "--test-reporter=spec",
    "--test-timeout=120000",
    `--test-concurrency=${CONCURRENCY}`,
    ...(wantsCoverage ? coverage : []),
    ...files,
  ],
  {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    // Compiled code from the cache is counted less exactly.
    env: wantsCoverage ? process.env : { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env },
  },
);
process.stdout.write(run.stdout);
const tests = Number(/^ℹ tests (\d+)$/m.exec(run.stdout)?.[1] ?? 0);
const least = Math.max(files.length, patterns.length > 0 ? 0 : LEAST_TESTS);
if (tests < least) {
  console.error(`${files.length} test files, but only ${tests} tests ran: expected ${least} or more`);
  process.exit(1);
}
process.exit(run.status ?? 1);

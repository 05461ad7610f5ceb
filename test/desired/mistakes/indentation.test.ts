import { describe, test } from "node:test";

import { one } from "../mirror-file-in-folder.ts";

const HEAD = "version: 1\nname: example\n";
const MIRRORS = "mirrors: [{ image: node }]\n";

describe("a wrong indentation is one problem:", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      "the targets at the start of the line",
      `${HEAD}targets:\n»main:\n  ecr: {}\nother:\n  ecr: {}\n${MIRRORS}`,
      'INVALID_FILE "main" is not below "targets", which is empty (indent "main" by two more spaces than "targets")',
    ],
    [
      "the kind of a target next to its name",
      `${HEAD}targets:\n  main:\n  »ecr: {}\n${MIRRORS}`,
      'INVALID_FILE "ecr" is not below "main", which is empty (indent "ecr" by two more spaces than "main")',
    ],
    [
      "a layout next to the name of its target",
      `${HEAD}targets:\n  main:\n  »layout: ./mirror\n${MIRRORS}`,
      'INVALID_FILE "layout" is not below "main", which is empty (indent "layout" by two more spaces than "main")',
    ],
    [
      "settings next to their key",
      `${HEAD}targets: { main: { ecr: {} } }\nrepositories:\n»scanOnPush: true\n${MIRRORS}`,
      'INVALID_FILE "scanOnPush" is not below "repositories", which is empty (indent "scanOnPush" by two more spaces than "repositories")',
    ],
    [
      "the entries below the targets",
      `${HEAD}targets:\n  main: { ecr: {} }\n  »mirrors:\n    - image: node\n`,
      'INVALID_FILE "mirrors" is below "targets" (write it with less indentation, at the level of "targets")',
    ],
    [
      "the entries below a target",
      `${HEAD}targets:\n  main:\n    ecr: {}\n    »mirrors:\n      - image: node\n`,
      'INVALID_FILE "mirrors" is below "targets" (write it with less indentation, at the level of "targets")',
    ],
  ];
  for (const [what, text, expected] of cases) test(what, () => one(text, expected));

  test("but not a target that has the name of another key", () =>
    one(
      `»version: 1\ntargets:\n  name: { ecr: {} }\n${MIRRORS}`,
      'INVALID_FILE the file has no "name" (write name: my-team, or another name for this mirror file)',
    ));
});

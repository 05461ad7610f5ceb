import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";

import type { ErrorCode } from "../../../src/error-code.ts";
import { folderWith } from "../../support/mirrorform.ts";
import { resident } from "../../support/resident.ts";

const HEAD = "version: 1\nname: platform\ntargets:\n  main: { ecr: {} }\n";

interface Scenario {
  what: string;
  file: string;
  files?: Record<string, string>;
  prepare?: (folder: string) => Promise<void>;
  code: ErrorCode;
  line: number;
  says: RegExp;
  hint?: RegExp;
}

const SCENARIOS: readonly Scenario[] = [
  {
    what: "YAML that does not parse",
    file: "version: 1\nname: [platform\n",
    code: "YAML_SYNTAX",
    line: 2,
    says: /./,
  },
  {
    what: "an unknown key",
    file: `${HEAD}mirrors:\n  - imgae: redis:7\n`,
    code: "INVALID_FILE",
    line: 6,
    says: /imgae[^]*did you mean "image"/,
  },
  {
    what: "a key given twice",
    file: `${HEAD}mirrors:\n  - image: redis:7\n    image: redis:8\n`,
    code: "YAML_SYNTAX",
    line: 7,
    says: /duplicate key/,
  },
  {
    what: "an invalid image reference",
    file: `${HEAD}mirrors:\n  - image: Redis:7\n`,
    code: "INVALID_REFERENCE",
    line: 6,
    says: /lowercase/,
  },
  {
    what: "a policy file outside the folder",
    file: `${HEAD}repositories: { policy: ../policy.json }\nmirrors:\n  - image: redis:7\n`,
    code: "POLICY_FILE",
    line: 5,
    says: /folder|below/,
  },
  {
    what: "a policy file that is a link",
    file: `${HEAD}repositories: { policy: ./policy.json }\nmirrors:\n  - image: redis:7\n`,
    prepare: (folder) => symlink("/etc/passwd", join(folder, "policy.json")),
    code: "POLICY_FILE",
    line: 5,
    says: /link/,
  },
  {
    what: "two entries with the same repository and tag",
    file: `${HEAD}mirrors:\n  - { image: redis:7, to: cache:1 }\n  - { image: valkey/valkey:7, to: cache:1 }\n`,
    code: "INVALID_FILE",
    line: 7,
    says: /6/,
  },
];

describe("validate refuses with 3 and the line of the problem:", { concurrency: 4 }, () => {
  for (const scenario of SCENARIOS) {
    test(scenario.what, async (t) => {
      const folder = await folderWith({ "mirrors.yaml": scenario.file, ...scenario.files });
      t.after(() => folder.remove());
      await scenario.prepare?.(folder.path);

      const shown = await resident(["validate"], { folder: folder.path });
      assert.equal(shown.code, 3);
      assert.match(shown.stderr, new RegExp(`^mirrors\\.yaml:${scenario.line}:\\d+: `));
      assert.match(shown.stderr, /^ +\| +\^$/m);
      assert.match(shown.stderr, scenario.says);
      assert.doesNotMatch(shown.stderr, /root:/, "no content of another file");

      const { stdout } = await resident(["validate", "--json"], { folder: folder.path });
      const { problems } = JSON.parse(stdout) as {
        problems: { code: string; side: string; operation: string; hint?: string; position: { line: number } }[];
      };
      const [problem] = problems;
      assert.equal(problem?.code, scenario.code);
      assert.equal(problem.side, "config");
      assert.equal(problem.operation, "read the mirror file");
      assert.equal(problem.position.line, scenario.line);
      if (scenario.hint !== undefined) assert.match(problem.hint ?? "", scenario.hint);
    });
  }
});

test("a missing mirror file is an error", async (t) => {
  const folder = await folderWith({});
  t.after(() => folder.remove());
  const { code, stderr } = await resident(["plan"], { folder: folder.path });
  assert.equal(code, 3);
  assert.match(stderr, /mirrors\.yaml: no such file[^]*write one with mirrorform init/);
});

test("a mirror file that is a link shows nothing of another file, because it may come from a pull request", async (t) => {
  const folder = await folderWith({});
  t.after(() => folder.remove());
  await symlink("/etc/passwd", join(folder.path, "mirrors.yaml"));
  const { code, stderr } = await resident(["validate"], { folder: folder.path });
  assert.equal(code, 3);
  assert.match(stderr, /this symbolic link does not lead to a valid mirror file[^]*validate --file \/etc\/passwd/);
  assert.doesNotMatch(stderr, /root:/);
});

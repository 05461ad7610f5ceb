import assert from "node:assert/strict";
import { describe, test } from "node:test";

import * as fc from "fast-check";

import { arrange } from "../../../../src/cli/render/text/arrange.ts";

const COLUMNS = ["name", "detail", "digest", "size", "reason"] as const;
const GROUPS = [
  [{ name: "repository", detail: "defaults", reason: "new repository" }],
  [
    {
      reason: "new tag",
      name: "1.2.3",
      detail: "from app:1.2.3",
      digest: "sha256:0123456789ab…",
      size: "2 platforms, 78.0 kB",
    },
  ],
];

describe("the layout of rows", () => {
  test("aligns columns across all rows if they fit, in the order of the columns", () => {
    const wide = [
      ["repository  defaults                                                    new repository"],
      ["1.2.3       from app:1.2.3  sha256:0123456789ab…  2 platforms, 78.0 kB  new tag"],
    ];
    assert.deepEqual(arrange(COLUMNS, GROUPS, undefined), wide);
    assert.deepEqual(arrange(COLUMNS, GROUPS, 86), wide);
  });

  test("aligns columns within each group if all rows do not fit, and otherwise breaks lines between cells", () => {
    assert.deepEqual(arrange(COLUMNS, GROUPS, 76), [
      ["repository  defaults  new repository"],
      ["1.2.3  from app:1.2.3  sha256:0123456789ab…  2 platforms, 78.0 kB  new tag"],
    ]);
    assert.deepEqual(arrange(COLUMNS, GROUPS, 50), [
      ["repository  defaults  new repository"],
      ["1.2.3  from app:1.2.3  sha256:0123456789ab…", "  2 platforms, 78.0 kB  new tag"],
    ]);
  });

  test("law: no line is longer than the terminal unless a cell is, and no cell is lost", () => {
    const cell = fc.stringMatching(/^[a-z]{0,12}$/);
    const row = fc.record({ name: cell, detail: cell, digest: cell, size: cell, reason: cell }, { requiredKeys: [] });
    const rows = fc.array(row, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 4 }), fc.integer({ min: 14, max: 80 }), (groups, width) => {
        const arranged = arrange(COLUMNS, groups, width);
        const all = groups.flat();
        assert.equal(arranged.length, all.length);
        for (const [i, lines] of arranged.entries()) {
          assert.ok(lines.every((line) => line.length <= width));
          assert.deepEqual(
            lines.flatMap((line) => line.split(/ +/).filter(Boolean)),
            COLUMNS.map((column) => all[i]?.[column] ?? "").filter(Boolean),
          );
        }
      }),
    );
  });
});

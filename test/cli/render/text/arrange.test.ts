import assert from "node:assert/strict";
import { describe, test } from "node:test";

import * as fc from "fast-check";

import { arrange } from "../../../../src/cli/render/text/arrange.ts";

const LONG = [["repository", "defaults", "", "", "new repository"]];
const GROUPS = [LONG, [["1.2.3", "from app:1.2.3", "sha256:0123456789ab…", "2 platforms, 78.0 kB", "new tag"]]];

describe("rows on a terminal", () => {
  test("with room for all stand in columns", () => {
    const wide = [
      ["repository  defaults                                                    new repository"],
      ["1.2.3       from app:1.2.3  sha256:0123456789ab…  2 platforms, 78.0 kB  new tag"],
    ];
    assert.deepEqual(arrange(GROUPS, undefined), wide);
    assert.deepEqual(arrange(GROUPS, 86), wide);
  });

  test("with less room stand in columns of their own, and at last are broken between cells", () => {
    assert.deepEqual(arrange(GROUPS, 76), [
      ["repository  defaults  new repository"],
      ["1.2.3  from app:1.2.3  sha256:0123456789ab…  2 platforms, 78.0 kB  new tag"],
    ]);
    assert.deepEqual(arrange(GROUPS, 50), [
      ["repository  defaults  new repository"],
      ["1.2.3  from app:1.2.3  sha256:0123456789ab…", "  2 platforms, 78.0 kB  new tag"],
    ]);
  });

  test("law: are never longer than the terminal where no cell is, and nothing of them is lost", () => {
    const cell = fc.stringMatching(/^[a-z]{0,12}$/);
    const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 4 }), fc.integer({ min: 14, max: 80 }), (groups, width) => {
        const arranged = arrange(groups, width);
        const all = groups.flat();
        assert.equal(arranged.length, all.length);
        for (const [i, lines] of arranged.entries()) {
          assert.ok(lines.every((line) => line.length <= width));
          assert.deepEqual(
            lines.flatMap((line) => line.split(/ +/).filter(Boolean)),
            (all[i] ?? []).filter(Boolean),
          );
        }
      }),
    );
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import * as fc from "fast-check";

import { arrange } from "../../../../src/cli/render/text/arrange.ts";

const COLUMNS = ["name", "detail", "digest", "size", "reason"] as const;
const ROWS = [
  { name: "repository", detail: "defaults", reason: "new repository, and a reason of many words" },
  {
    reason: "new tag",
    name: "1.2.3",
    detail: "from app:1.2.3",
    digest: "sha256:0123456789ab…",
    size: "2 platforms, 78.0 kB",
  },
];

describe("the layout of rows", () => {
  test("aligns columns if they fit, in the order of the columns", () => {
    const wide = [
      [
        "repository  defaults                                                    new repository, and a reason of many words",
      ],
      ["1.2.3       from app:1.2.3  sha256:0123456789ab…  2 platforms, 78.0 kB  new tag"],
    ];
    assert.deepEqual(arrange(COLUMNS, ROWS, undefined), wide);
    assert.deepEqual(arrange(COLUMNS, ROWS, 114), wide);
  });

  test("wraps the text of the last column in its column if there is room for it", () => {
    assert.deepEqual(arrange(COLUMNS, ROWS, 100), [
      [
        "repository  defaults                                                    new repository, and a reason",
        "                                                                        of many words",
      ],
      ["1.2.3       from app:1.2.3  sha256:0123456789ab…  2 platforms, 78.0 kB  new tag"],
    ]);
  });

  test("lets the other cells flow next to the first column if there is no room for that", () => {
    assert.deepEqual(arrange(COLUMNS, ROWS, 52), [
      ["repository  defaults", "            new repository, and a reason of many", "            words"],
      ["1.2.3       from app:1.2.3  sha256:0123456789ab…", "            2 platforms, 78.0 kB  new tag"],
    ]);
  });

  test("gives a name that is too long a line of its own", () => {
    const rows = [{ name: "a-tag-of-more-than-twenty-characters", detail: "from app:1", reason: "new tag" }];
    assert.deepEqual(arrange(COLUMNS, rows, 40), [
      ["a-tag-of-more-than-twenty-characters", "                from app:1  new tag"],
    ]);
  });

  test("law: no line is longer than the width, and no word is lost", () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    const cell = fc.array(word, { maxLength: 4 }).map((words) => words.join(" "));
    const row = fc.record({ name: word, detail: cell, digest: cell, size: cell, reason: cell }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), fc.integer({ min: 40, max: 160 }), (rows, width) => {
        const arranged = arrange(COLUMNS, rows, width);
        assert.equal(arranged.length, rows.length);
        for (const [i, lines] of arranged.entries()) {
          assert.ok(lines.every((line) => line.length <= width));
          assert.deepEqual(
            lines.flatMap((line) => line.split(/ +/).filter(Boolean)),
            COLUMNS.flatMap((column) => (rows[i]?.[column] ?? "").split(" ")).filter(Boolean),
          );
        }
      }),
    );
  });
});

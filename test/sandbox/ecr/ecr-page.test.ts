import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { pageOf } from "../../../src/sandbox/ecr/ecr-page.ts";

test("following the tokens returns each item once, in order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 7 }), (all, size) => {
      const read: number[] = [];
      let token: string | undefined;
      do {
        const page = pageOf(all, token, size);
        assert.ok(page !== undefined && page.items.length <= size);
        read.push(...page.items);
        token = page.next;
      } while (token !== undefined);
      assert.deepEqual(read, all);
    }),
  );
});

test("refuses a token that it did not issue", () => {
  fc.assert(
    fc.property(fc.string(), (token) => {
      assert.equal(pageOf([1, 2, 3], token, 1), undefined);
    }),
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionError } from "../../../src/registry/http/connection-error.ts";

const CONTEXT = { side: "source", operation: "read blob", reference: "a/b", host: "a", signal: undefined } as const;

test("an error about an argument is a defect, and not an unreachable host", () => {
  const invalid = (() => {
    try {
      return new URL("//:5/v2/x", "http://a.example");
    } catch (error) {
      return error;
    }
  })();
  assert.ok(invalid instanceof TypeError);
  assert.equal(connectionError(invalid, CONTEXT), invalid);
  const range = Object.assign(new RangeError("port"), { code: "ERR_SOCKET_BAD_PORT" });
  assert.equal(connectionError(range, CONTEXT), range);
});

test("an error of a connection is UNREACHABLE or TLS", () => {
  const errors = [
    [Object.assign(new Error("reset"), { code: "ECONNRESET" }), "UNREACHABLE"],
    [Object.assign(new Error("name"), { code: "ERR_TLS_CERT_ALTNAME_INVALID" }), "TLS"],
  ] as const;
  for (const [error, code] of errors) {
    const made = connectionError(error, CONTEXT);
    assert.ok("code" in made && made.code === code);
  }
});

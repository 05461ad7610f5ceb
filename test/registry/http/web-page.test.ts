import assert from "node:assert/strict";
import { test } from "node:test";
import { isPage } from "../../../src/registry/http/web-page.ts";

const HTML = { "content-type": "text/html; charset=utf-8" };

for (const [what, headers, body, expected] of [
  ["a page announced as HTML", HTML, "<!doctype html><title>Sign in</title>", true],
  ["a page announced as JSON", { "content-type": "application/json" }, "\uFEFF\n<HTML lang=en>", true],
  ["a page without a type", {}, "<script>location='/login'</script>", true],
  ["text announced as XHTML", { "content-type": "application/xhtml+xml" }, "Blocked", true],
  ["JSON announced as HTML", HTML, '{"token":"t"}', false],
  ["JSON", { "content-type": "application/json" }, '{"a":"<html>"}', false],
  ["an XML error of object storage", { "content-type": "application/xml" }, "<?xml version='1.0'?><Error/>", false],
  ["plain text", { "content-type": "text/plain" }, "OK", false],
] as const) {
  test(`${what} is ${expected ? "a web page" : "no web page"}`, () => {
    assert.equal(isPage(headers, Buffer.from(body)), expected);
  });
}

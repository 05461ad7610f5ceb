import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { hasReadableCredentials, parseHttpUrl, parseUrl, urlAt } from "../src/parse-url.ts";

const BASE = new URL("https://registry.example.com:5000/v2/app?n=1#x");

test("a text that is not a URL is undefined, with and without a base", () => {
  for (const text of ["", "http://", "http://a b", "http://[::1", "http://host:99999/", "http://host:port//:5/v2/x"]) {
    assert.equal(parseUrl(text), undefined, text);
  }
  assert.equal(parseUrl("//:5/v2/x", BASE), undefined);
  assert.equal(parseUrl("/v2/x", BASE)?.href, "https://registry.example.com:5000/v2/x");
});

test("only http and https URLs are HTTP URLs", () => {
  assert.equal(parseHttpUrl("https://a.example/")?.host, "a.example");
  for (const text of ["ftp://a.example/", "blob:https://a.example/x", "a.example:5000", "/v2/"]) {
    assert.equal(parseHttpUrl(text), undefined, text);
  }
});

test("a path never leads to another host, whatever it starts with", () => {
  for (const path of ["/v2/x", "//:5/v2/x", "//evil.example/v2/x", "///x", "/\\evil.example/x"]) {
    assert.equal(urlAt(BASE, path, "?a=b").origin, BASE.origin, path);
  }
  assert.equal(urlAt(BASE, "//:5/v2/x").href, "https://registry.example.com:5000//:5/v2/x");
  assert.equal(urlAt(new URL("https://me:secret@a.example/x"), "/v2/", "n=1").href, "https://a.example/v2/?n=1");
});

test("credentials that cannot be decoded are not readable", () => {
  assert.equal(hasReadableCredentials(new URL("http://me:p%20w@a.example")), true);
  assert.equal(hasReadableCredentials(new URL("http://50%25@a.example")), true);
  assert.equal(hasReadableCredentials(new URL("http://me:50%zz@a.example")), false);
});

test("no other source file parses URLs, so that none can throw on one from outside", () => {
  const parsing = globSync(["src/**/*.ts", "scripts/real-services/*.ts"])
    .filter((file) => file !== "src/parse-url.ts")
    .filter((file) => {
      const text = readFileSync(file, "utf8").replaceAll(/new URL\([^)]*import\.meta\.url\)/g, "");
      return /\bnew URL\(|\bURL\.(?:parse|canParse)\(/.test(text);
    });
  assert.deepEqual(parsing, []);
});

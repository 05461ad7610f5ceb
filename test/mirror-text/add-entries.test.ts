import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { addEntries } from "../../src/mirror-text/add-entries.ts";
import { entriesFor } from "../../src/mirror-text/new-entry.ts";
import { parseReference, type Reference } from "../../src/oci/reference.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

function add(text: string, ...images: string[]): string {
  const references = images.map((image) => parseReference(image) as Reference);
  const result = addEntries(text, entriesFor(references).entries);
  return typeof result === "string" ? result : `${result.message}; ${result.hint}`;
}

describe("Entries that are added to a mirror file", () => {
  test("come after the last one, with one for each repository, Docker Hub first", () => {
    const text = "mirrors:\n  - image: a # first\n    to: b\n  # end\n\ntargets: {}\n";
    assert.equal(
      add(text, "ghcr.io/x/y:1", "nginx:1.27", "nginx:1.28", "redis"),
      'mirrors:\n  - image: a # first\n    to: b\n  - image: nginx\n    tags: ["1.27", "1.28"]\n' +
        "  - image: redis:latest\n  - image: ghcr.io/x/y:1\n  # end\n\ntargets: {}\n",
    );
  });

  test("join the list of tags of their repository", () => {
    assert.equal(
      add("mirrors:\n- image: docker.io/library/nginx\n  tags:\n  - a # c\n- image: b\n", "nginx:d"),
      "mirrors:\n- image: docker.io/library/nginx\n  tags:\n  - a # c\n  - d\n- image: b\n",
    );
    assert.equal(
      add("mirrors:\n- image: nginx\n  tags: [a, 'b'] # c\n", "nginx:1.10"),
      "mirrors:\n- image: nginx\n  tags: [a, 'b', \"1.10\"] # c\n",
    );
  });

  test("keep the line ends of the file, and end it with one", () => {
    assert.equal(add("mirrors:\r\n  - image: a\r\n", "bb:1"), "mirrors:\r\n  - image: a\r\n  - image: bb:1\r\n");
    assert.equal(add("mirrors:\n  - image: a", "bb:1"), "mirrors:\n  - image: a\n  - image: bb:1\n");
  });

  test("with a digest alone say which tag they get", () => {
    assert.equal(
      add("mirrors:\n- image: a\n", `nginx@${DIGEST}`, `redis:7@${DIGEST}`),
      `mirrors:\n- image: a\n- image: nginx@${DIGEST}\n  to: nginx:pinned-aaaaaaaaaaaa\n- image: redis:7@${DIGEST}\n`,
    );
  });

  test("are refused where the list is on one line", () => {
    assert.match(add("mirrors: [{ image: a }]\n", "bb:1"), /^its mirrors are written as \[\.\.\.\]/);
  });
});

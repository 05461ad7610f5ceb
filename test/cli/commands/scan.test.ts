import assert from "node:assert/strict";
import { test } from "node:test";

import { runHere } from "../../support/in-process.ts";
import { folderWith, mirrorform } from "../../support/mirrorform.ts";

test("scan lists the images of a folder with file, line and column", async (context) => {
  const folder = await folderWith({
    "compose.yaml": 'services:\n  web:\n    image: nginx:${TAG:-1.27}\n  db:\n    image: "postgres:${PG}"\n',
    "k8s/pod.yaml": "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: ghcr.io/a/b:1\n",
    ".gitignore": "ignored\n",
    "ignored/pod.yaml": "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: ghcr.io/a/c:1\n",
  });
  context.after(() => folder.remove());
  const ran = await mirrorform(["scan"], { folder: folder.path });
  assert.equal(ran.stderr, "");
  assert.deepEqual(ran.stdout.split("\n"), [
    "compose.yaml:3:12  nginx:1.27",
    "compose.yaml:5:13  postgres:${PG}  unresolved: PG",
    "k8s/pod.yaml:5:14  ghcr.io/a/b:1",
    "",
    "3 images in 2 files: 1 unresolved.",
    "Next: mirrorform scan --write adds them to a new mirror file.",
    "",
  ]);
  assert.equal(ran.code, 0);
});

test("scan reads standard input as YAML", async (context) => {
  const folder = await folderWith({});
  context.after(() => folder.remove());
  const input = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: nginx:1\n";
  const ran = await mirrorform(["scan", "-", "--json"], { folder: folder.path, input });
  const { images } = JSON.parse(ran.stdout) as { images: unknown };
  assert.deepEqual(images, [
    {
      path: "-",
      line: 5,
      column: 14,
      kind: "kubernetes",
      at: "spec.containers[0].image",
      text: "nginx:1",
      image: "nginx:1",
      registry: "docker.io",
      repository: "library/nginx",
      tag: "1",
    },
  ]);
});

test("A broken file is a note in a folder, and an error where it is named", async (context) => {
  const folder = await folderWith({ "templates/web.yaml": "image: {{ .Values.image }}\n{{- end }}\n" });
  context.after(() => folder.remove());
  const inFolder = await runHere(["scan", folder.path], {});
  assert.match(inFolder.stdout, /templates\/web\.yaml:2:\d+ {2}not read: invalid YAML/);
  assert.equal(inFolder.code, 0);
  const named = await runHere(["scan", `${folder.path}/templates/web.yaml`], {});
  assert.equal(named.code, 3);
});

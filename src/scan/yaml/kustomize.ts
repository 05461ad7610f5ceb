import { basename } from "node:path/posix";

import type { FoundImage } from "../found-image.ts";
import { fieldsImage } from "./fields-image.ts";
import { itemsOf, textOf, valueOf, type YamlKind } from "./yaml-kind.ts";

/** Kustomize's own file (kubectl.docs.kubernetes.io, "images"). */
export const KUSTOMIZE: YamlKind = {
  name: "kustomize",
  accepts: (document, { path }) =>
    /^kustomization(?:\.ya?ml)?$/i.test(basename(path)) || textOf(valueOf(document, "kind"))?.text === "Kustomization",
  *find(document) {
    for (const [index, image] of itemsOf(valueOf(document, "images")).entries()) {
      const name = textOf(valueOf(image, "newName"));
      const original = textOf(valueOf(image, "name"));
      const tag = textOf(valueOf(image, "newTag"));
      const digest = textOf(valueOf(image, "digest"));
      const repository = name ?? original;
      if (repository === undefined) continue;
      const found = fieldsImage(`images[${index}]`, { repository, tag, digest, tagName: "newTag" });
      yield name === undefined ? withoutNewName(found) : found;
    }
  },
};

/** `name` is what Kustomize looks for, and must stay. */
function withoutNewName(found: FoundImage): FoundImage {
  return { ...found, edit: { kind: "none", reason: "it has no newName" } };
}

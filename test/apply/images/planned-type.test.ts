import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { asPlanned } from "../../../src/apply/images/planned-type.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";

const CONFIG = { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(Buffer.from("{}")), size: 2 };
/** OCI allows manifests without their own media type. */
const IMAGE = Buffer.from(JSON.stringify({ schemaVersion: 2, config: CONFIG, layers: [] }));
const INDEX = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [] }));

function served(bytes: Uint8Array, mediaType: string) {
  return { bytes, mediaType, digest: digestOf(bytes) };
}

describe("a manifest from another place than the source", () => {
  for (const [what, bytes, type, planned, expected] of [
    ["has the planned type", IMAGE, OCI_MANIFEST, OCI_MANIFEST, OCI_MANIFEST],
    ["gets the planned type if it was served without one", IMAGE, "", OCI_MANIFEST, OCI_MANIFEST],
    ["gets the planned type if it was served with a generic one", INDEX, "application/json", OCI_INDEX, OCI_INDEX],
    ["keeps its type if none is planned", INDEX, OCI_INDEX, undefined, OCI_INDEX],
    ["keeps its type if the planned one is generic", INDEX, OCI_INDEX, "text/plain", OCI_INDEX],
    ["is refused with the type of an index", IMAGE, OCI_INDEX, OCI_MANIFEST, undefined],
    ["is refused with the type of an index if none is planned", IMAGE, OCI_INDEX, undefined, undefined],
    ["is refused with the type of an image", INDEX, OCI_MANIFEST, OCI_INDEX, undefined],
    ["is refused with a type that is no manifest's", IMAGE, "text/html", OCI_MANIFEST, undefined],
    ["is refused if nothing names its type", IMAGE, "", undefined, undefined],
  ] as const) {
    test(what, () => {
      const manifest = served(bytes, type);
      const read = () => asPlanned(manifest, { digest: manifest.digest, mediaType: planned }, "mirror.gcr.io/a");
      if (expected === undefined)
        assert.throws(read, { code: "UNEXPECTED_RESPONSE", reference: /^mirror\.gcr\.io\/a@/ });
      else assert.deepEqual(read(), { ...manifest, mediaType: expected });
    });
  }
});

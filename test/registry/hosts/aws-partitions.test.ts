import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { PARTITIONS } from "../../../src/registry/hosts/aws-partitions.ts";

interface SdkPartition {
  id: string;
  outputs: { dnsSuffix: string; dualStackDnsSuffix: string };
  regions: object;
}

/** The SDK does not export its table. Its source has no imports. */
async function partitionsOfSdk(): Promise<readonly SdkPartition[]> {
  const path = "node_modules/@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js";
  const source = readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
  const module = (await import(`data:text/javascript,${encodeURIComponent(source)}`)) as {
    partitionsInfo: { partitions: readonly SdkPartition[] };
  };
  return module.partitionsInfo.partitions;
}

test("partitions, their domains and their Regions are those of the AWS SDK", async () => {
  const sdk = (await partitionsOfSdk()).map(({ id, outputs, regions }) => ({
    id,
    domain: outputs.dnsSuffix,
    dualStackDomain: outputs.dualStackDnsSuffix,
    regions: Object.keys(regions).filter((name) => !name.endsWith("-global")),
  }));
  const own = PARTITIONS.map(({ id, domain, dualStackDomain, regions }) => ({
    id,
    domain,
    dualStackDomain,
    regions: [...regions],
  }));
  const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
  assert.deepEqual(own.toSorted(byId), sdk.toSorted(byId));
});

test("the form of each partition matches its own Regions only", () => {
  for (const { id, regions } of PARTITIONS) {
    for (const region of regions) {
      assert.deepEqual(
        PARTITIONS.filter(({ form }) => form.test(region)).map((each) => each.id),
        [id],
      );
    }
  }
});

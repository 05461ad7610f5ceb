import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

import { fault, isRedis, TWO_IMAGES } from "../support/scenario.ts";
import { world } from "../support/world.ts";
import { everything } from "../cli/render/everything.ts";

const ROOT = join(import.meta.dirname, "../..");

async function validator(name: string): Promise<ValidateFunction> {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  return ajv.compile(JSON.parse(await readFile(join(ROOT, "schema", `${name}.schema.json`), "utf8")));
}

/** Converts a document to JSON and back, which drops keys with undefined values. */
function written(document: unknown): unknown {
  return JSON.parse(JSON.stringify(document));
}

test("a plan with every kind of row matches its schema, and one with an unknown kind does not", async () => {
  const isPlan = await validator("plan");
  const plan = written(everything()) as { targets: { rows: object[] }[]; totals: unknown };
  assert.ok(isPlan(plan), JSON.stringify(isPlan.errors));
  assert.equal(isPlan({ ...plan, totals: undefined }), false);
  plan.targets[0]?.rows.push({ kind: "dance" });
  assert.equal(isPlan(plan), false);
});

/** The `kind`s of the members of a union in a schema, with those of the unions it refers to. */
function kindsIn(schema: Schema, definitions: Readonly<Record<string, Schema>>): string[] {
  const { $ref, anyOf, allOf, properties } = schema;
  if ($ref !== undefined)
    return kindsIn(definitions[decodeURIComponent($ref.replace("#/$defs/", ""))] ?? {}, definitions);
  if (anyOf !== undefined) return anyOf.flatMap((member) => kindsIn(member, definitions));
  if (allOf !== undefined) return allOf.flatMap((part) => kindsIn(part, definitions));
  const kind = properties?.["kind"]?.const;
  assert.ok(kind !== undefined, `a member without one kind: ${JSON.stringify(schema)}`);
  return [kind];
}

interface Schema {
  $ref?: string;
  anyOf?: Schema[];
  allOf?: Schema[];
  properties?: Readonly<Record<string, Schema>>;
  const?: string;
}

for (const document of ["plan", "report"]) {
  for (const union of ["Row", "Action"]) {
    test(`each kind of ${union} has one shape in ${document}.schema.json`, async () => {
      const text = await readFile(join(ROOT, "schema", `${document}.schema.json`), "utf8");
      const { $defs = {} } = JSON.parse(text) as { $defs?: Readonly<Record<string, Schema>> };
      const kinds = kindsIn({ $ref: `#/$defs/${union}` }, $defs);
      assert.ok(kinds.length > 5);
      assert.deepEqual(kinds.toSorted(), [...new Set(kinds)].toSorted());
    });
  }
}

test("a saved plan, a report with a failure and every event of a run match their schemas", async (t) => {
  const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, { images: ["redis:7", "nginx:1"] });
  const read = (name: string) => readFile(join(place.folder, name), "utf8");
  await place.run(["plan", "--out", "plan.json"]);
  fault(place.sandbox.dockerHub.registry, (request) => request.method === "GET" && isRedis(request), {
    status: 403,
    headers: {},
  });
  const { code } = await place.run(["apply", "--report", "report.json", "--events", "events.ndjson"]);
  assert.equal(code, 1);

  const [isPlan, isReport, isEvent] = [await validator("plan"), await validator("report"), await validator("events")];
  assert.ok(isPlan(JSON.parse(await read("plan.json"))), JSON.stringify(isPlan.errors));
  const report = JSON.parse(await read("report.json")) as object;
  assert.ok(isReport(report), JSON.stringify(isReport.errors));
  assert.equal(isReport({ ...report, outcomes: [{}] }), false);
  const lines = (await read("events.ndjson")).trimEnd().split("\n");
  assert.ok(lines.length > 10);
  for (const line of lines) assert.ok(isEvent(JSON.parse(line)), `${line}: ${JSON.stringify(isEvent.errors)}`);
  assert.equal(isEvent({ type: "version", at: "now" }), false);
});

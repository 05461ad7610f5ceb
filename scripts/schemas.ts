import { createGenerator } from "ts-json-schema-generator";

/** The documents that programs read, each with the type it is written from. */
const DOCUMENTS = [
  {
    file: "schema/plan.schema.json",
    title: "A plan: `plan --out`, `plan --json`",
    path: "src/plan/plan.ts",
    type: "Plan",
  },
  {
    file: "schema/report.schema.json",
    title: "A report: `apply --report`, `apply --json`",
    path: "src/cli/output/report-document.ts",
    type: "ReportDocument",
  },
  {
    file: "schema/events.schema.json",
    title: "One line of `apply --events`",
    path: "src/cli/output/event-log.ts",
    type: "LoggedEvent",
  },
] as const;

const DIALECT = "https://json-schema.org/draft/2020-12/schema";

/**
 * Schemas of what mirrorform writes, made from the types that it is written from: path below the project's root ->
 * content. Keys may be added by a minor version, so an unknown one is allowed.
 */
export function documentSchemas(): Map<string, string> {
  return new Map(DOCUMENTS.map((document) => [document.file, schemaOf(document)]));
}

function schemaOf({ title, path, type }: (typeof DOCUMENTS)[number]): string {
  const schema = createGenerator({
    path,
    type,
    tsconfig: "tsconfig.json",
    // Types are checked elsewhere, by a compiler of our own version.
    skipTypeCheck: true,
    expose: "export",
    topRef: false,
    sortProps: true,
    additionalProperties: true,
  }).createSchema(type);
  const { $schema: _dialect, definitions, ...rest } = schema;
  const text = JSON.stringify({ $schema: DIALECT, title, ...rest, $defs: definitions }, null, 2);
  return `${text.replaceAll("#/definitions/", "#/$defs/")}\n`;
}

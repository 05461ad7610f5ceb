import { createGenerator } from "ts-json-schema-generator";

/** The machine-readable documents, with the types of their content. */
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
 * Generates the schemas of mirrorform's documents from their types. Returns a map from path, relative to the project's
 * root, to content. Allows unknown keys, because minor versions can add keys.
 */
export function documentSchemas(): Map<string, string> {
  return new Map(DOCUMENTS.map((document) => [document.file, schemaOf(document)]));
}

function schemaOf({ title, path, type }: (typeof DOCUMENTS)[number]): string {
  const schema = createGenerator({
    path,
    type,
    tsconfig: "tsconfig.json",
    // `npm run types` checks types, with the project's TypeScript version.
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

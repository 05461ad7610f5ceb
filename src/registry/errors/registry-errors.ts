import { isJsonObject, parseJsonObject } from "../../oci/json-object.ts";

/** An error in a registry's response (distribution-spec, "Error Codes"). */
export interface RegistryError {
  /** In upper case. Empty if the response has none. */
  code: string;
  message: string;
  /** The digests in its message and its detail. */
  digests: readonly string[];
}

/** Whether a manifest was refused because a blob or manifest that it references is missing. */
export function isMissingContent({ code }: RegistryError): boolean {
  return MISSING.has(code);
}

/** Distribution-spec, "Error Codes". ECR uses BLOB_UPLOAD_UNKNOWN for layers. */
const MISSING: ReadonlySet<string> = new Set(["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "BLOB_UPLOAD_UNKNOWN"]);

/** Finds the digests in a text. */
export function digestsIn(text: string): string[] {
  return [...new Set(text.match(/\bsha\d{3}:[0-9a-f]{64,128}\b/g))];
}

/** Parses `{"errors":[{"code","message","detail"}]}`. Other text becomes one error without a code. */
export function readErrors(text: string): RegistryError[] {
  if (text.trim() === "") return [];
  const errors = parseJsonObject(text)?.["errors"];
  if (Array.isArray(errors)) return errors.map(readError).filter((error) => error !== undefined);
  // A proxy's HTML page, or text such as "Too Many Requests".
  return [{ code: "", message: withoutMarkup(text), digests: digestsIn(text) }];
}

function readError(value: unknown): RegistryError | undefined {
  if (!isJsonObject(value)) return undefined;
  const code = typeof value["code"] === "string" ? value["code"] : "";
  const message = typeof value["message"] === "string" ? value["message"] : "";
  if (code === "" && message === "") return undefined;
  // The detail of MANIFEST_BLOB_UNKNOWN is a digest, or an object that has one.
  const digests = digestsIn(`${message} ${JSON.stringify(value["detail"] ?? "")}`);
  return { code: code.toUpperCase(), message, digests };
}

/** Removes HTML tags. A tag ends at the next "<" even if it is not closed, so that matching takes linear time. */
export function withoutMarkup(text: string): string {
  return /^\s*</.test(text) ? text.replace(/<[^<>]*>?/g, " ") : text;
}

import { isRegion } from "../../registry/hosts/aws-region.ts";
import { readEcrHost } from "../../registry/hosts/ecr-host.ts";
import { lastKey } from "./pointer.ts";
import { withoutCredentials } from "./problem.ts";
import type { Place } from "./typed-value.ts";

/** What was found where the schema expects a value of one of these types. */
export interface Misfit {
  pointer: string;
  place: Place | undefined;
  /** JSON Schema types: `object`, `array`, `string`. */
  types: readonly string[];
}

/** Longer values do not fit in a hint. */
const MAX_SHOWN = 80;

/** Shows the right form of a value of the wrong kind: `write it as [linux/amd64]`. Undefined if it is not known. */
export function formHint({ pointer, place, types }: Misfit): string | undefined {
  const written = place?.kind === "scalar" ? (place.written ?? "").trim() : undefined;
  if (written !== undefined && written.length > MAX_SHOWN) return undefined;
  const form = FORMS.find(([where]) => where.test(pointer))?.[1];
  const shown = form?.({ key: lastKey(pointer), kind: place?.kind, written });
  if (shown !== undefined) return `write ${shown}`;
  if (written === undefined || written === "" || !types.includes("array")) return undefined;
  return `write a list: ${lastKey(pointer)}: ${asList(written)}`;
}

/** Shows platforms in text as the list that the key expects. Undefined if the text names no platforms. */
export function platformsHint(written: string): string | undefined {
  const parts = splitList(written);
  if (parts.length === 0 || parts.length > 5 || !parts.every((part) => /^[a-z0-9]+\/[\w./-]+$/i.test(part))) {
    return undefined;
  }
  return `write a list: platforms: ${asList(written.toLowerCase())}`;
}

interface Found {
  /** The key of the value. */
  key: string;
  kind: Place["kind"] | undefined;
  /** The text of a scalar; "" if there is none. */
  written: string | undefined;
}

/** The right form of each value that is a map or a list of maps, by pointer. */
const FORMS: readonly (readonly [RegExp, (found: Found) => string | undefined])[] = [
  [/^$/, () => 'the keys "version", "name", "targets" and "mirrors", or run `mirrorform init IMAGE...`'],
  [/^\/targets$/, ({ written = "" }) => `each target below its name: main: ${targetForm(written) ?? "{ ecr: {} }"}`],
  [/^\/targets\/[^/]+$/, ({ key, written = "" }) => `${key}: ${targetForm(written) ?? "{ ecr: {} }"}`],
  [/^\/targets\/[^/]+\/ecr$/, ({ written = "" }) => `ecr: ${ecrForm(written) ?? "{}"}`],
  [
    /^\/mirrors$/,
    ({ written = "" }) => `one entry on each line: - image: ${written === "" ? EXAMPLE : scalar(written)}`,
  ],
  [/^\/mirrors\/\d+$/, ({ written = "" }) => `- image: ${scalar(imageIn(written) || EXAMPLE)}`],
  [/^\/sources$/, ({ written = "" }) => `each host as a key: ${written === "" ? "docker.io" : scalar(written)}: {}`],
  [
    /^\/sources\/[^/]+$/,
    ({ key, written = "" }) => `${scalar(key)}: ${isUrl(written) ? `{ endpoint: "${written}" }` : "{}"}`,
  ],
  [/\/alternates$/, ({ written }) => `alternates: [${alternate(written)}]`],
  [/\/alternates\/\d+$/, ({ written }) => alternate(written)],
  [
    /\/replace$/,
    ({ written }) =>
      `replace: { backup: "${written === undefined || !/\{/.test(written) ? "{tag}-before-{date}" : written}" }`,
  ],
  [
    /\/referrers$/,
    ({ kind, written }) => {
      if (kind !== "scalar") return "referrers: true, or referrers: { types: [TYPE] }";
      return /\//.test(written ?? "") ? `referrers: { types: ${asList(written ?? "")} }` : undefined;
    },
  ],
];

const EXAMPLE = "python:3.12-slim";

/** Removes what people write before an image: `image=`, `docker://`. */
function imageIn(written: string): string {
  return written.replace(/^(?:image\s*[=:]\s*)?(?:[a-z][a-z0-9+.-]*:\/+)?/i, "");
}

/** Returns the target that a text probably means: an address, a folder, a Region, an account or the word `ecr`. */
function targetForm(written: string): string | undefined {
  const host = written.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  const registry = readEcrHost(host);
  if (registry !== undefined) return `{ ecr: { region: ${registry.region}, account: "${registry.account}" } }`;
  if (isUrl(written)) return `{ oci: "${withoutCredentials(written)}" }`;
  if (/^\.{0,2}\//.test(written)) return `{ layout: ${scalar(written)} }`;
  if (/^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?(?:\/|$)/i.test(written)) return `{ oci: "https://${written}" }`;
  const ecr = ecrForm(written);
  return ecr === undefined ? undefined : `{ ecr: ${ecr} }`;
}

function ecrForm(written: string): string | undefined {
  if (/^\d{12}$/.test(written)) return `{ account: "${written}" }`;
  if (isRegion(written)) return `{ region: ${written} }`;
  return written.startsWith("arn:") ? `{ role: "${written}" }` : undefined;
}

function alternate(written: string | undefined): string {
  const place = (written ?? "").replace(/^https?:\/\//, "");
  return `{ registry: ${/^[\w.-]+\.[\w.:/-]+$/.test(place) ? place : "public.ecr.aws/docker"} }`;
}

function isUrl(text: string): boolean {
  return /^https?:\/\/[^\s"@]+$/.test(text);
}

function asList(text: string): string {
  return `[${splitList(text).map(scalar).join(", ")}]`;
}

function splitList(text: string): string[] {
  return text.split(/[,\s]+/).filter((part) => part !== "");
}

/** Formats text as a YAML scalar, with quotes only where a flow list or map needs them. */
function scalar(text: string): string {
  const shown = withoutCredentials(text);
  return /^[\w./][\w./@+-]*(?::[\w./@+-]+)*$/.test(shown) ? shown : JSON.stringify(shown);
}

import { isRegion, nearestRegion } from "../../registry/hosts/aws-region.ts";
import { readEcrHost } from "../../registry/hosts/ecr-host.ts";
import { lastKey } from "../text/pointer.ts";
import { withoutCredentials } from "../text/problem.ts";
import type { Place } from "../text/typed-value.ts";
import { platformMeant } from "../platforms/selectable-platform.ts";
import { EXAMPLE } from "./missing-forms.ts";

/** What was found where the schema expects a value of one of these types. */
export interface Misfit {
  pointer: string;
  place: Place | undefined;
  /** JSON Schema types: `object`, `array`, `string`. */
  types: readonly string[];
  /** The first keys of a map, or the indexes of a list. */
  keys?: readonly string[];
}

/** Longer values do not fit in a hint. */
const MAX_SHOWN = 80;

/** Shows the right form of a value of the wrong kind: `write it as [linux/amd64]`. Undefined if it is not known. */
export function formHint({ pointer, place, types, keys = [] }: Misfit): string | undefined {
  const written = place?.kind === "scalar" ? (place.written ?? "").trim() : undefined;
  if (written !== undefined && written.length > MAX_SHOWN) return undefined;
  const form = FORMS.find(([where]) => where.test(pointer))?.[1];
  const shown = form?.({ key: lastKey(pointer), kind: place?.kind, written, keys });
  if (shown !== undefined) return `write ${shown}`;
  if (written === undefined || written === "" || !types.includes("array")) return undefined;
  return `write a list: ${lastKey(pointer)}: ${asList(written)}`;
}

/** Shows platforms in text as the list that the key expects. Undefined if the text names no platforms. */
export function platformsHint(written: string): string | undefined {
  const parts = splitList(written).map((part) =>
    /^[a-z0-9]+\/[\w./-]+$/i.test(part) ? part.toLowerCase() : platformMeant(part),
  );
  if (parts.length === 0 || parts.length > 5 || parts.includes(undefined)) return undefined;
  return `write a list: platforms: ${asList(parts.join(" "))}`;
}

interface Found {
  /** The key of the value. */
  key: string;
  kind: Place["kind"] | undefined;
  /** The text of a scalar; "" if there is none. */
  written: string | undefined;
  keys: readonly string[];
}

/** The right form of each value that is a map or a list of maps, by pointer. */
const FORMS: readonly (readonly [RegExp, (found: Found) => string | undefined])[] = [
  [/^$/, () => 'the keys "version", "name", "targets" and "mirrors", or run `mirrorform init IMAGE...`'],
  [/^\/targets$/, ({ written = "" }) => `each target below its name: main: ${targetForm(written) ?? "{ ecr: {} }"}`],
  [/^\/targets\/[^/]+$/, targetMisfit],
  [/^\/targets\/[^/]+\/ecr$/, ecrMisfit],
  [/^\/targets\/[^/]+\/ecr\/region$/, () => "one Region, and a target for each other Region"],
  [
    /^\/targets\/[^/]+\/oci$/,
    ({ kind }) => (kind === "map" ? "the address as text: oci: https://registry.example.com" : undefined),
  ],
  [/\/layout$/, ({ kind }) => (kind === "map" ? "the path as text: layout: ./mirror" : undefined)],
  [/\/platforms(?:\/\d+)?$/, ({ kind }) => (kind === "map" ? "platforms: [linux/amd64]" : undefined)],
  [/repositories\/tags$/, ({ kind }) => (kind === "list" ? "tags: { team: web }" : undefined)],
  [/^\/repositories$/, ({ kind }) => (kind === "list" ? REPOSITORIES : undefined)],
  [/^\/mirrors$/, mirrorsMisfit],
  [/^\/mirrors\/\d+$/, ({ written = "" }) => `- image: ${scalar(imageIn(written) || EXAMPLE)}`],
  [
    /^\/mirrors\/\d+\/image$/,
    ({ kind }) =>
      kind === "list"
        ? "an entry for each image: - image: NAME:TAG"
        : "the name and the tag as one text: image: NAME:TAG",
  ],
  [
    /^\/mirrors\/\d+\/to$/,
    ({ kind, keys: [key = ""] }) =>
      kind === "list" ? "an entry for each name at the target" : `quotes around text that contains {: to: "{${key}}"`,
  ],
  [
    /^\/mirrors\/\d+\/tags$/,
    ({ written = "" }) =>
      /^(?:all|any|\*|\.\*)$/i.test(written)
        ? 'tags: { match: ".*" } to select all tags'
        : /^[\^~<>=]/.test(written)
          ? `tags: { semver: ${JSON.stringify(written)} }`
          : written === ""
            ? "tags: [latest], or remove the key"
            : undefined,
  ],
  [/^\/mirrors\/\d+\/tags\/\d+$/, () => "one tag in each item, as text"],
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
      return /\//.test(written ?? "")
        ? `referrers: { types: ${asList(written ?? "")} }`
        : "referrers: true to copy all";
    },
  ],
];

const REPOSITORIES = 'settings as a map, such as repositories: { scanOnPush: true }; images go below "mirrors"';

function targetMisfit({ key, kind, written = "" }: Found): string | undefined {
  if (kind === "list") return `${key}: { ecr: {} }, without "-"`;
  if (key === "layout" && written !== "") return `a name above it: main: { layout: ${scalar(written)} }`;
  if (key === "oci" && written !== "") return `a name above it: main: ${targetForm(written) ?? "{ oci: URL }"}`;
  if (key === "ecr") return `a name above it: main: { ecr: ${ecrForm(written) ?? "{}"} }`;
  return `${key}: ${targetForm(written) ?? "{ ecr: {} }"}`;
}

function ecrMisfit({ kind, written = "" }: Found): string {
  if (kind === "list") return 'ecr: { region: us-east-1 }, without "-"';
  const form = targetForm(written) ?? "{ ecr: {} }";
  const isOther = !form.startsWith("{ ecr:");
  return isOther ? `${form.slice(2, -2)} instead of "ecr", which is for private registries in ECR` : form.slice(2, -2);
}

function mirrorsMisfit({ kind, written = "", keys: [first = ""] }: Found): string {
  if (written.startsWith("- ")) return '"mirrors:" without the sign after it, which makes text of the lines below';
  if (kind !== "map") return `one entry on each line: - image: ${written === "" ? EXAMPLE : scalar(written)}`;
  if (first.startsWith("-")) return `a space after the dash: - ${first.slice(1)}: ${EXAMPLE}`;
  if (first === "image") return `"- " before each entry: - image: ${EXAMPLE}`;
  return `each image as an entry of a list: - image: ${/[:/]/.test(first) ? scalar(first) : EXAMPLE}`;
}

/** Removes what people write before an image: `image=`, `docker://`. */
function imageIn(written: string): string {
  return written.replace(/^(?:image(?:\s*[=:]\s*|\s+|$))?(?:[a-z][a-z0-9+.-]*:\/+)?/i, "");
}

/** Formats scalars as a flow map: `{ region: eu-west-1, account: "123456789012" }`. Undefined for other values. */
export function flowForm(pairs: readonly (readonly [key: string, value: string | undefined])[]): string | undefined {
  const shown = pairs.map(([key, value]) =>
    value === undefined || value === ""
      ? undefined
      : `${key}: ${/^\d{12}$/.test(value) ? `"${value}"` : scalar(value)}`,
  );
  const text = pairs.length === 0 ? "{}" : `{ ${shown.join(", ")} }`;
  return shown.includes(undefined) || text.length > MAX_SHOWN ? undefined : text;
}

/** Returns the target that a text probably means: an address, a folder, a Region, an account or the word `ecr`. */
export function targetForm(written: string): string | undefined {
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
  const region = /^[a-z]{2}[-_][a-z]/i.test(written) ? nearestRegion(written) : undefined;
  if (region !== undefined) return `{ region: ${region} }`;
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
export function scalar(text: string): string {
  const shown = withoutCredentials(text);
  return /^[\w./][\w./@+-]*(?::[\w./@+-]+)*$/.test(shown) ? shown : JSON.stringify(shown);
}

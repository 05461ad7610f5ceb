/**
 * Reports unknown and missing keys. One mistake is one problem: a wrong word for a key also makes the right key missing,
 * and a wrong indentation makes one map empty and its keys unknown in another.
 */
import type { Shape } from "../generated/mirror-file-schema.ts";
import { nearest } from "../../nearest.ts";
import { isRegion } from "../../registry/hosts/aws-region.ts";
import { TARGET_KINDS } from "../places/target.ts";
import { below, lastKey, parentOf } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote, type Diagnostic } from "../text/problem.ts";
import type { Place } from "../text/typed-value.ts";
import { flowForm, formHint, scalar, targetForm } from "./form-hints.ts";
import { missingForm } from "./missing-forms.ts";
import { isCredentialKey, keysMeant, plainKey } from "./key-synonyms.ts";
import type { MapTree } from "./map-tree.ts";

/** The keys that are wrong in one map. */
export interface KeyFaults {
  pointer: string;
  unknown: string[];
  missing: string[];
  /** Whether it is a target with neither `ecr`, `oci` nor `layout`. */
  lacksKind: boolean;
}

/** An unknown key, with what it was probably meant to be. */
interface Unknown {
  key: string;
  place: Place | undefined;
  /** The key of the map that was meant, or that the key belongs below. */
  meant?: string;
  /** Whether the key belongs below `meant`. */
  isBelow?: boolean;
  /** Whether its value is a part of the image's name. */
  isPart?: boolean;
  hint?: string;
}

/** Reports the unknown and missing keys of one map. */
export function reportKeys(faults: KeyFaults, tree: MapTree, log: ProblemLog): void {
  const { pointer, missing, lacksKind } = faults;
  const shape = tree.places.get(pointer)?.shape;
  const asName = lacksKind ? (kindAsName(pointer, tree) ?? keyAsName(pointer, tree)) : undefined;
  if (asName !== undefined) {
    log.add(pointer, { ...asName, at: "key" });
    for (const child of tree.childrenOf(pointer)) log.invalidate(child);
    return;
  }
  const unknown = faults.unknown.map((key): Unknown => ({ key, place: tree.places.get(below(pointer, key)) }));
  const lacking = new Set([...missing, ...(lacksKind ? TARGET_KINDS : [])]);
  const given = new Set(tree.childrenOf(pointer).map(lastKey));
  for (const each of unknown) Object.assign(each, meaning(each, pointer, shape, { lacking, given, tree }));
  joinImageParts(unknown, pointer, tree);
  // Of a file with neither targets nor entries, nothing is known.
  const guessed = pointer === "" ? BIG_KEYS.filter((key) => missing.includes(key)) : missing;
  if (guessed.length < BIG_KEYS.length) guessByForm(unknown, shape, guessed);
  const meant = new Set(unknown.map((each) => each.meant));
  const isKindMeant = TARGET_KINDS.some((kind) => meant.has(kind));
  const left = missing.filter((key) => !meant.has(key));
  for (const key of missing) log.invalidate(below(pointer, key));
  if (lacksKind) log.invalidate(pointer);
  if (pointer === "" && left.includes("targets") && left.includes("mirrors") && unknown.length > 0) {
    log.add(pointer, { message: 'this is not a mirror file: it has no "targets" and no "mirrors"', hint: NEW_FILE });
    for (const { key } of unknown) log.invalidate(below(pointer, key));
    return;
  }
  const lacks = lacksKind && !isKindMeant ? lackOfKind(pointer) : left.length > 0 ? lackOf(pointer, left) : undefined;
  const groups = [...Map.groupBy(unknown, (each) => groupOf(each)).values()];
  const open = groups.findIndex(([first]) => first?.meant === undefined);
  for (const [index, group] of groups.entries()) {
    reportUnknown(group, pointer, shape, index === open ? lacks : undefined, log);
  }
  if (lacks !== undefined && open < 0) {
    const hint = entryAboveHint(pointer, tree) ?? lacks.hint;
    log.add(pointer, { message: lacks.alone, ...(hint === undefined ? {} : { hint }), at: "key", ...lacks.of });
  }
}

/** The keys of the file that have most of its content. */
const BIG_KEYS = ["targets", "mirrors"];

const NEW_FILE = "run `mirrorform init IMAGE...` to write one";

/** Describes another key of the file that was written below `targets`. */
function keyAsName(pointer: string, tree: MapTree): Diagnostic | undefined {
  const key = lastKey(pointer);
  const level = tree.levelOf(key, parentOf(pointer) ?? "");
  if (level === undefined) return undefined;
  const hint = `write it with less indentation, at the level of ${quote(level)}`;
  return { message: `${quote(key)} is read as the name of a target`, hint };
}

/** Describes the kind of a target that was written where its name belongs: `targets: { ecr: {} }`. */
function kindAsName(pointer: string, tree: MapTree): Diagnostic | undefined {
  const kind = lastKey(pointer);
  if (!TARGET_KINDS.some((each) => pointer === below("/targets", each))) return undefined;
  const pairs = tree.childrenOf(pointer).map((child) => [lastKey(child), tree.places.get(child)?.written] as const);
  return {
    message: `${quote(kind)} is read as the name of a target, which has none of "ecr", "oci" and "layout"`,
    hint: `write a name above it: targets: { main: { ${kind}: ${flowForm(pairs) ?? "..."} } }`,
  };
}

/** Keys that belong below the same key, and credentials, are one mistake. Any other unknown key is one of its own. */
function groupOf({ key, meant, isBelow, isPart }: Unknown): string {
  if (isBelow === true) return `below ${meant}`;
  if (isPart === true) return "parts of the image";
  return meant === undefined && isCredentialKey(key) ? "credentials" : `key ${key}`;
}

function reportUnknown(
  group: readonly Unknown[],
  pointer: string,
  shape: Shape | undefined,
  lacks: Lack | undefined,
  log: ProblemLog,
): void {
  const [first] = group;
  if (first === undefined) return;
  for (const { key } of group) log.invalidate(below(pointer, key));
  const names = group.map(({ key }) => quote(key)).join(" and ");
  const where = first.isBelow === true ? " here" : "";
  const known = group.length > 1 ? `are not known keys${where}` : `is not a known key${where}`;
  const isCredential = first.meant === undefined && isCredentialKey(first.key);
  const reason = isCredential ? ": credentials are not allowed in a mirror file" : "";
  const also = lacks === undefined ? "" : `, and ${lacks.also}`;
  const hint = isCredential ? credentialsHint(pointer) : hintOf(group, shape);
  log.add(below(pointer, first.key), { message: `${names} ${known}${reason}${also}`, hint, at: "key" });
}

function credentialsHint(pointer: string): string {
  return pointer.endsWith("/ecr")
    ? 'remove them; mirrorform uses the AWS defaults, or the "profile" or "role" of the target'
    : "remove them, and sign in with `docker login` or through environment variables";
}

function hintOf(group: readonly Unknown[], shape: Shape | undefined): string | (() => string) {
  const [{ meant, isBelow, hint } = { meant: undefined, isBelow: undefined, hint: undefined }] = group;
  if (isBelow === true && meant !== undefined && hint === undefined) return belowHint(group, meant);
  if (hint !== undefined) return hint;
  if (meant !== undefined) return `did you mean ${quote(meant)}?`;
  return () => `use one of: ${Object.keys(shape?.properties ?? {}).join(", ")}`;
}

/** Shows the keys in the map that they belong to: `write ecr: { region: eu-west-1 }`. */
function belowHint(group: readonly Unknown[], meant: string): string {
  const pairs = group.map(({ key, place }) => [key, place?.kind === "scalar" ? place.written : undefined] as const);
  const form = flowForm(pairs);
  return form === undefined
    ? `write ${group.length > 1 ? "them" : "it"} below ${quote(meant)}`
    : `write ${meant}: ${form}`;
}

interface Around {
  /** Keys that the map needs and does not have. */
  lacking: ReadonlySet<string>;
  /** Keys that the map has. */
  given: ReadonlySet<string>;
  tree: MapTree;
}

/** Finds what an unknown key was meant to be. */
function meaning(
  { key, place }: Unknown,
  pointer: string,
  shape: Shape | undefined,
  { lacking, given, tree }: Around,
): Pick<Unknown, "meant" | "isBelow" | "hint"> {
  const properties = shape?.properties ?? {};
  const known = Object.keys(properties);
  const glued = gluedKey(key, pointer, known, lacking);
  if (glued !== undefined) return glued;
  const absent = known.filter((each) => !given.has(each));
  const target = /^\/targets\/[^/]+$/.test(pointer) ? meantTarget(key, place, pointer, lacking) : undefined;
  if (target !== undefined) return target;
  const synonyms = keysMeant(key, pointer).filter((each) => !given.has(each));
  const same = known.find((each) => plainKey(each) === plainKey(key));
  const meant =
    same ??
    nearest(key, lacking) ??
    synonyms.find((each) => lacking.has(each)) ??
    synonyms.find((each) => fits(place, properties[each]));
  if (meant !== undefined) return { meant, ...formOf(place, below(pointer, meant), properties[meant]) };
  const near = nearest(key, absent);
  if (near !== undefined && fits(place, properties[near])) {
    return { meant: near, ...formOf(place, below(pointer, near), properties[near]) };
  }
  return elsewhere(key, pointer, shape, tree) ?? withMeant(near ?? nearest(key, known));
}

function withMeant(meant: string | undefined): Pick<Unknown, "meant"> {
  return meant === undefined ? {} : { meant };
}

/** Splits a key and a value without a space between them, and an image that was written as a key. */
function gluedKey(
  key: string,
  pointer: string,
  known: readonly string[],
  lacking: ReadonlySet<string>,
): Pick<Unknown, "meant" | "hint"> | undefined {
  const [, meant = "", value = ""] = /^([A-Za-z]+)[:=]\s*(.+)$/.exec(key) ?? [];
  if (known.includes(meant)) return { meant, hint: `write a space after the colon: ${meant}: ${scalar(value)}` };
  if (!lacking.has("image") || !/^\/mirrors\/\d+$/.test(pointer) || !/[:/]/.test(key)) return undefined;
  return { meant: "image", hint: `write image: ${scalar(key)}, and its other keys below it` };
}

/** Shows a target with the address, the folder or the Region that was written below another key. */
function meantTarget(
  key: string,
  place: Place | undefined,
  pointer: string,
  lacking: ReadonlySet<string>,
): Pick<Unknown, "meant" | "hint"> | undefined {
  if (lacking.size === 0 || place?.kind !== "scalar") return undefined;
  const kinds = keysMeant(key, pointer).filter((each) => lacking.has(each));
  const form = kinds.length === 0 ? undefined : targetForm(place.written ?? "");
  const meant = kinds.find((kind) => form?.startsWith(`{ ${kind}:`));
  return meant === undefined ? undefined : { meant, hint: `write ${lastKey(pointer)}: ${form}` };
}

/** Returns whether a value can be that of a key. Text can be the only item of a list, or the short form of a map. */
function fits(place: Place | undefined, shape: Shape | undefined): boolean {
  if (place?.kind === "map") return shape?.properties !== undefined || shape?.each !== undefined;
  return place?.kind !== "list" || shape?.items !== undefined;
}

/** Shows the value in the form that the key expects, if it has another one. */
function formOf(place: Place | undefined, pointer: string, shape: Shape | undefined): Pick<Unknown, "hint"> {
  if (place?.kind !== "scalar" || (place.written ?? "") === "" || shape === undefined) return {};
  if (shape.items === undefined && shape.properties === undefined && shape.each === undefined) return {};
  const hint = formHint({ pointer, place, types: shape.items === undefined ? [] : ["array"] });
  return hint === undefined ? {} : { hint };
}

/** Finds a key in the maps below and above its own. */
function elsewhere(
  key: string,
  pointer: string,
  shape: Shape | undefined,
  tree: MapTree,
): Pick<Unknown, "meant" | "isBelow" | "hint"> | undefined {
  for (const [name, inner] of Object.entries(shape?.properties ?? {})) {
    if (has(inner, key)) return { meant: name, isBelow: true };
    if (has(inner.items, key)) return { meant: name, isBelow: true, hint: `write it in an entry of ${quote(name)}` };
    if (has(inner.each, key)) return { meant: name, isBelow: true, hint: `write it below a name in ${quote(name)}` };
    if (has(inner.each?.properties?.["ecr"], key)) {
      return { meant: name, isBelow: true, hint: `write it in "ecr" below a name in ${quote(name)}` };
    }
  }
  const level = tree.levelOf(key, pointer);
  return level === undefined ? undefined : { hint: `write it with less indentation, at the level of ${quote(level)}` };
}

function has(shape: Shape | undefined, key: string): boolean {
  return shape?.properties !== undefined && Object.hasOwn(shape.properties, key);
}

/** Joins the parts of an image's name that are keys of their own: a registry, a repository and a tag. */
function joinImageParts(unknown: readonly Unknown[], pointer: string, tree: MapTree): void {
  if (!/^\/mirrors\/\d+$/.test(pointer)) return;
  const part = (words: RegExp): Unknown | undefined =>
    unknown.find(({ key, place }) => words.test(plainKey(key)) && (place?.written ?? "") !== "");
  const [registry, tag] = [part(/^(?:registry|registryurl|host)$/), part(/^(?:tag|imagetag|version)$/)];
  const name = part(/^(?:repository|repo|name|imagename)$/);
  const image = tree.places.get(below(pointer, "image"))?.written;
  // With an image, a tag is more likely one of several.
  if (name === undefined ? image === undefined || registry === undefined : !registry && !tag) return;
  const parts = [registry, name, tag].filter((each) => each !== undefined);
  const text = `${registry?.place?.written ?? ""}/${name?.place?.written ?? image ?? ""}`.replace(/^\//, "");
  const hint = `write image: ${scalar(tag === undefined ? text : `${text}:${tag.place?.written ?? ""}`)}`;
  for (const each of parts) Object.assign(each, { meant: "image", isBelow: false, isPart: true, hint });
}

/** An unknown key whose value has the form of a missing key is probably meant to be that key. */
function guessByForm(unknown: readonly Unknown[], shape: Shape | undefined, missing: readonly string[]): void {
  const meant = new Set(unknown.map((each) => each.meant));
  for (const key of missing) {
    if (meant.has(key)) continue;
    const expected = shape?.properties?.[key];
    const wanted = expected?.items !== undefined ? "list" : expected?.properties || expected?.each ? "map" : "scalar";
    const found = unknown.filter(
      ({ place, meant: other, hint }) =>
        other === undefined && hint === undefined && place?.kind === wanted && place.written !== "",
    );
    const [first] = found;
    if (first !== undefined && found.length === 1 && !isCredentialKey(first.key)) first.meant = key;
  }
}

/** What a map lacks, as a problem of its own and as part of another one. */
interface Lack {
  alone: string;
  also: string;
  hint: string | undefined;
  /** What it makes invalid, if not the whole map. */
  of: { invalidates?: string };
}

function lackOf(pointer: string, keys: readonly string[]): Lack {
  const where =
    pointer === ""
      ? "the file"
      : /^\/mirrors\/\d+$/.test(pointer)
        ? "this entry"
        : /\/\d+$/.test(pointer)
          ? "this item"
          : quote(lastKey(pointer));
  const text = `has ${keys.map((key) => `no ${quote(key)}`).join(" and ")}`;
  const forms = keys.flatMap((key) => missingForm(key) ?? []);
  const hint = forms.length === 1 ? `write ${forms.join("")}` : pointer === "" ? NEW_FILE : undefined;
  return {
    alone: `${where} ${text}`,
    also: `${where} ${text}`,
    hint,
    of: { invalidates: below(pointer, keys[0] ?? "") },
  };
}

function lackOfKind(pointer: string): Lack {
  const name = lastKey(pointer);
  return {
    alone: 'a target must have exactly one of "ecr", "oci" and "layout", but this one has none',
    also: 'this target has none of "ecr", "oci" and "layout"',
    hint: isRegion(name) ? `write ${name}: { ecr: { region: ${name} } }` : 'write "ecr: {}" to use the AWS defaults',
    of: {},
  };
}

/** An entry without an image is often the rest of the entry above, after one dash too many. */
function entryAboveHint(pointer: string, tree: MapTree): string | undefined {
  const [, index] = /^\/mirrors\/(\d+)$/.exec(pointer) ?? [];
  if (index === undefined || index === "0") return undefined;
  const above = new Set(tree.childrenOf(below("/mirrors", Number(index) - 1)).map(lastKey));
  const own = tree.childrenOf(pointer).map(lastKey);
  if (!above.has("image") || own.length === 0 || own.some((key) => above.has(key))) return undefined;
  return `write its "image", or remove the "-" if ${quote(own[0] ?? "")} belongs to the entry above`;
}

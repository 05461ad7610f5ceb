import type { Steps } from "../../steps.ts";
import { below, lastKey, parentOf } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote } from "../text/problem.ts";
import type { Place } from "../text/typed-value.ts";
import type { MapTree } from "./map-tree.ts";

/**
 * Reports keys that have too little or too much indentation, one problem for each.
 * @param unknown pointers to the unknown keys
 * @param missing pointers to the missing keys
 * @returns the pointers whose problems are explained, with everything below them
 */
export function* reportIndentation(
  { unknown, missing }: { unknown: ReadonlySet<string>; missing: ReadonlySet<string> },
  tree: MapTree,
  log: ProblemLog,
): Steps<ReadonlySet<string>> {
  const explained = new Set<string>();
  const explain = (pointer: string): void => {
    explained.add(pointer);
    log.invalidate(pointer);
  };
  for (const [parent, { kind }] of tree.places) {
    yield;
    for (const [empty, strays] of kind === "map" ? emptyMapsIn(parent, unknown, tree) : []) {
      const [first = ""] = strays;
      for (const each of [empty, ...strays]) explain(each);
      const [key, above] = [quote(lastKey(first)), quote(lastKey(empty))];
      const hint = `indent ${key} by two more spaces than ${above}`;
      log.add(first, { message: `${key} is not below ${above}, which is empty`, hint, at: "key" });
    }
  }
  for (const pointer of missing) {
    yield;
    const found = tooFar(pointer, tree) ?? unknownBelow(pointer, unknown, tree);
    if (found === undefined) continue;
    explain(pointer);
    explain(found);
    const level = quote(levelBelow(parentOf(pointer) ?? "", found));
    const hint = `write it with less indentation, at the level of ${level}`;
    log.add(found, { message: `${quote(lastKey(found))} is below ${level}`, hint, at: "key" });
  }
  return explained;
}

/** Finds each empty map in a map, with the keys that directly follow it and that belong below it. */
function emptyMapsIn(
  parent: string,
  unknown: ReadonlySet<string>,
  tree: MapTree,
): (readonly [empty: string, strays: string[]])[] {
  const areNames = tree.places.get(parent)?.shape?.each !== undefined;
  const found: [string, string[]][] = [];
  let last: [string, string[]] | undefined;
  for (const child of tree.childrenOf(parent)) {
    if (last !== undefined && isStray(child, last[0], areNames, unknown, tree)) {
      last[1].push(child);
      continue;
    }
    last = isEmptyMap(tree.places.get(child)) ? [child, []] : undefined;
    if (last !== undefined) found.push(last);
  }
  return found.filter(([, strays]) => strays.length > 0);
}

function isEmptyMap(place: Place | undefined): boolean {
  const { kind, written, shape } = place ?? {};
  return kind === "scalar" && written === "" && (shape?.properties !== undefined || shape?.each !== undefined);
}

/** @param areNames whether the keys next to the empty map are names, as below `targets`, so that none is unknown */
function isStray(
  pointer: string,
  empty: string,
  areNames: boolean,
  unknown: ReadonlySet<string>,
  tree: MapTree,
): boolean {
  const { properties = {}, each } = tree.places.get(empty)?.shape ?? {};
  if (unknown.has(pointer)) return each !== undefined || Object.hasOwn(properties, lastKey(pointer));
  return areNames && Object.hasOwn(properties, lastKey(pointer));
}

/** Finds a missing key in a map next to it: `/targets/mirrors` for `/mirrors`. */
function tooFar(pointer: string, tree: MapTree): string | undefined {
  const [parent, key] = [parentOf(pointer) ?? "", lastKey(pointer)];
  for (const sibling of tree.childrenOf(parent)) {
    const found = below(sibling, key);
    const [inner, outer] = [tree.places.get(found), tree.places.get(sibling)];
    if (inner === undefined || outer?.kind !== "map") continue;
    const { properties = {}, each } = outer.shape ?? {};
    // A target can have any name, but it is a map.
    if (each === undefined ? !Object.hasOwn(properties, key) : inner.kind !== "map") return found;
  }
  return undefined;
}

/** Finds a missing key that is an unknown key further down: `/targets/main/mirrors` for `/mirrors`. */
function unknownBelow(pointer: string, unknown: ReadonlySet<string>, tree: MapTree): string | undefined {
  // Only the keys of the file are searched for, so that long lists of entries take no longer.
  if (parentOf(pointer) !== "") return undefined;
  const key = lastKey(pointer);
  return [...unknown].find((each) => lastKey(each) === key && isIn(each, "/targets") && isCollection(each, tree));
}

function isIn(pointer: string, parent: string): boolean {
  return pointer.startsWith(`${parent}/`);
}

function isCollection(pointer: string, tree: MapTree): boolean {
  return tree.places.get(pointer)?.kind !== "scalar";
}

/** Returns the key of a map on the way to a pointer: `targets` on the way from the file to `/targets/main/mirrors`. */
function levelBelow(parent: string, pointer: string): string {
  const [first = ""] = pointer.slice(parent.length + 1).split("/");
  return lastKey(`/${first}`);
}

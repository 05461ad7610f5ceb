import type { Steps } from "../../steps.ts";
import { lastKey, parentOf } from "../text/pointer.ts";
import type { Place } from "../text/typed-value.ts";

/** The places of a document, with their order. */
export interface MapTree {
  places: ReadonlyMap<string, Place>;
  /** Returns pointers to the values of a map or a list, in file order. */
  childrenOf(pointer: string): readonly string[];
  /**
   * Returns the key of the map above a pointer next to which a key could be: `targets` for the key `mirrors` below
   * `/targets/main`. Undefined if no map above lacks the key.
   */
  levelOf(key: string, pointer: string): string | undefined;
}

/** Indexes the places of a document. @param places in file order, each after its parent */
export function* mapTree(places: ReadonlyMap<string, Place>): Steps<MapTree> {
  const children = new Map<string, string[]>();
  for (const pointer of places.keys()) {
    yield;
    const parent = parentOf(pointer);
    if (parent === undefined) continue;
    const list = children.get(parent);
    if (list === undefined) children.set(parent, [pointer]);
    else list.push(pointer);
  }
  return {
    places,
    childrenOf: (pointer) => children.get(pointer) ?? [],
    levelOf(key, pointer) {
      for (let from = pointer, up = parentOf(from); up !== undefined; from = up, up = parentOf(up)) {
        const properties = places.get(up)?.shape?.properties;
        if (properties === undefined || !Object.hasOwn(properties, key)) continue;
        if ((children.get(up) ?? []).every((child) => lastKey(child) !== key)) return lastKey(from);
      }
      return undefined;
    },
  };
}

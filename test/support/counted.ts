/** Counts how often properties are read, to show that work does not grow with the square of its input. */
export interface Counter {
  reads: number;
}

/** Returns a copy of an object that counts each read of one property. */
export function counting<Item extends object>(item: Item, key: keyof Item, counter: Counter): Item {
  const value = item[key];
  return Object.defineProperty({ ...item }, key, {
    enumerable: true,
    get() {
      counter.reads += 1;
      return value;
    },
  });
}

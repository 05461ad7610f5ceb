/** Longer words are not compared: they come from untrusted files, and comparing must stay cheap. */
const MAX_WORD = 64;

/** Suggests a candidate: `did you mean "platforms"?`. Undefined if none is similar. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const near = nearest(word, candidates);
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

/**
 * Finds the candidate with the fewest edits from `word`. Allows about one edit for every three letters, at least one,
 * but fewer than the word has letters. Of several, prefers one with the same first letter.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > MAX_WORD) return undefined;
  const lower = word.toLowerCase();
  let best: string | undefined;
  let fewest = Math.min(Math.max(1, Math.round(word.length / 3)), word.length - 1) + 1;
  for (const candidate of candidates) {
    if (candidate.length > MAX_WORD) continue;
    const other = candidate.toLowerCase();
    const edits = distance(lower, other);
    const alike =
      edits === fewest && best !== undefined && other[0] === lower[0] && best[0]?.toLowerCase() !== lower[0];
    if (edits >= fewest && !alike) continue;
    fewest = edits;
    best = candidate;
  }
  return best;
}

/** Optimal string alignment distance: insertions, deletions, substitutions, and transpositions of adjacent letters. */
function distance(a: string, b: string): number {
  let twoBack: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(previous, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(at(previous, j) + 1, at(row, j - 1) + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, at(twoBack, j - 2) + 1);
      }
      row.push(least);
    }
    twoBack = previous;
    previous = row;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

import ignore, { type Ignore } from "ignore";

/** The rules of the ignore files of a folder and of the folders above it. */
export interface IgnoredPaths {
  /** Returns whether a file or folder in this folder is ignored. */
  ignores(name: string, isFolder: boolean): boolean;
  /** Adds the text of an ignore file in this folder. Its rules take precedence. */
  with(ignoreFile: string): IgnoredPaths;
  /** Returns the rules for a folder in this folder. */
  below(name: string): IgnoredPaths;
}

interface Level {
  readonly rules: Ignore;
  /** From the folder of the rules to the current one: `""` or `a/b/`. */
  readonly way: string;
}

/** Reads ignore files as gitignore(5) describes them. */
function atLevels(levels: readonly Level[]): IgnoredPaths {
  return {
    ignores(name, isFolder) {
      for (const { rules, way } of levels.toReversed()) {
        const { ignored, unignored } = rules.test(`${way}${name}${isFolder ? "/" : ""}`);
        if (ignored || unignored) return ignored;
      }
      return false;
    },
    with: (ignoreFile) => atLevels([...levels, { rules: ignore().add(ignoreFile), way: "" }]),
    below: (name) => atLevels(levels.map(({ rules, way }) => ({ rules, way: `${way}${name}/` }))),
  };
}

/** Ignores nothing. */
export const NOTHING_IGNORED: IgnoredPaths = atLevels([]);

/** Recognizes files of other tools, which people pass by mistake or start from. */
import { STANDARD_INPUT, type Diagnostic } from "../text/problem.ts";

/** A file of another tool: its top-level keys, and another text that it has. */
interface Format {
  name: string;
  keys: readonly string[];
  contains?: RegExp;
  /** How to find its images; by default, with `grep`. */
  next?: (file: string) => string;
}

const SOURCE = /^\s*(?:- )?source:/m;

/** Only for files that `mirrorform scan` reads. */
function scan(file: string): string {
  return `\`mirrorform scan ${file}\` lists its images, and with --write it adds them to a mirror file`;
}

function grep(words: string): (file: string) => string {
  return (file) => `\`grep ${words} ${file}\` may show its images; then run \`mirrorform init IMAGE...\` with them`;
}

const findSources = grep("-n source");

const FORMATS: readonly Format[] = [
  { name: "a Docker Compose file", keys: ["services"], next: scan },
  { name: "a Kubernetes manifest", keys: ["apiVersion", "kind"], next: scan },
  { name: "a regsync file", keys: ["sync"], contains: SOURCE, next: findSources },
  { name: "a dregsy file", keys: ["tasks"], contains: SOURCE, next: findSources },
  { name: "a file for `skopeo sync`", keys: [], contains: /^\s+images(?:-by-tag-regex|-by-semver)?:\s*$/m },
  { name: "a GitHub Actions workflow", keys: ["on", "jobs"], next: scan },
  { name: "a GitLab CI file", keys: ["stages"], next: scan },
  { name: "a file of Helm values", keys: ["image"], contains: /^\s+repository:/m, next: scan },
  { name: "a package.json", keys: ["dependencies"] },
  { name: "a lock file of mirrorform", keys: ["version"], contains: /^\S+: sha256:[0-9a-f]{64}\s*$/m },
];

/** The keys of a mirror file that no other format has at its top level. */
const OWN = ["targets", "mirrors"];

/**
 * Says what a text is, if it is a file of another tool, and how to list the images in it.
 * @param path the path of the text
 */
export function describeOtherFormat(text: string, path: string): Diagnostic | undefined {
  const keys = new Set(Array.from(text.matchAll(/^["']?([\w.:/-]+?)["']?\s*:(?=\s|$)/gm), ([, key = ""]) => key));
  if (OWN.some((key) => keys.has(key))) return undefined;
  const format = FORMATS.find((each) => each.keys.every((key) => keys.has(key)) && (each.contains?.test(text) ?? true));
  if (format !== undefined) return problem(`it looks like ${format.name}`, format, path);
  const first = text.split("\n").find((line) => /^\s*[^\s#]/.test(line)) ?? "";
  if (/^\s*<(?:!doctype|html|\?xml)/i.test(first)) return problem("it looks like a web page", undefined, path);
  if (/^(?:--- |diff --git )/.test(first) && /^\+\+\+ /m.test(text))
    return problem("it looks like a diff", undefined, path);
  if (/^(?:resource|variable|provider|terraform|module|locals)\b[^:]*\{\s*$/.test(first)) {
    return problem("it looks like a Terraform file", undefined, path);
  }
  if (/^\s*(?:FROM|ARG)\s+\S+/.test(first)) return problem("it looks like a Dockerfile", DOCKERFILE, path);
  return undefined;
}

const DOCKERFILE = { next: grep("-i '^FROM'") };

function problem(what: string, format: Pick<Format, "next"> | undefined, path: string): Diagnostic {
  // Other characters would need quotes in a shell.
  const file = path !== STANDARD_INPUT && /^[\w./-]+$/.test(path) ? path : "FILE";
  const hint = /web page$|diff$/.test(what)
    ? "check where the file comes from"
    : what.endsWith("of mirrorform")
      ? "pass the mirror file next to it"
      : (format?.next ?? grep("-n image"))(file);
  return { message: `this is not a mirror file: ${what}`, hint };
}

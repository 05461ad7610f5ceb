/** What one test of a JUnit report came to. */
export interface JunitCase {
  name: string;
  status: "passed" | "skipped" | "failure" | "error";
  /** What the test said, in one line. */
  message: string;
}

const CASE =
  /<testcase name="([^"]*)"[^>]*\bstatus="(passed|skipped|failure|error)"[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g;
const SYSTEM_OUT = /<system-out>([\s\S]*?)<\/system-out>/;
const ENTITIES: Readonly<Record<string, string>> = {
  "&#34;": '"',
  "&#39;": "'",
  "&#xA;": " ",
  "&lt;": "<",
  "&gt;": ">",
  "&amp;": "&",
};

/** Reads the test cases of a report as Go's encoding/xml writes it. */
export function readJunit(xml: string): JunitCase[] {
  return [...xml.matchAll(CASE)].map(([, name = "", status, body = ""]) => ({
    name: decode(name),
    status: status as JunitCase["status"],
    message: decode(SYSTEM_OUT.exec(body)?.[1] ?? ""),
  }));
}

function decode(text: string): string {
  return text.replace(/&[^;]+;/g, (entity) => ENTITIES[entity] ?? entity);
}

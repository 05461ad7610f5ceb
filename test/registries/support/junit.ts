/** The result of a test in a JUnit report. */
export interface JunitCase {
  name: string;
  status: "passed" | "skipped" | "failure" | "error";
  /** The test's output, in one line. */
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

/** Parses the test cases of a report written by Go's encoding/xml. */
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

import { alignColumns } from "./text/columns.ts";

/** The page with all steps, in the repository. */
const PAGE = "docs/getting-started.md";
const REPOSITORY = "https://github.com/mirrorform/mirrorform/blob/main/";

/**
 * Renders the next three commands after the demo.
 * @param isCheckout whether mirrorform runs from its sources, so that it may not be installed
 */
export function nextSteps(environment: Readonly<Record<string, string | undefined>>, isCheckout: boolean): string {
  // npm sets this for npx.
  const program = !isCheckout && environment["npm_command"] === "exec" ? "npx mirrorform" : "mirrorform";
  const steps = [
    { command: `${program} init --from python:3.12-slim redis:7`, does: "in your own folder: write a mirror file" },
    { command: `${program} sandbox -- ${program} plan`, does: "plan it without an account" },
  ];
  const install = { command: "npm install --global $(npm pack --silent)", does: "here: install mirrorform" };
  const permissions = { command: `${program} iam`, does: "print the AWS permissions that it needs" };
  const all = isCheckout ? [install, ...steps] : [...steps, permissions];
  const lines = alignColumns(["command", "does"], all).map((line) => `  ${line}\n`);
  const page = isCheckout ? PAGE : `${REPOSITORY}${PAGE}`;
  return `\nNext, mirror your own images:\n${lines.join("")}\nThe whole way to your own account: ${page}\n`;
}

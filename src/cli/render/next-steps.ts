import type { Program } from "../process/program.ts";
import { alignColumns } from "./text/columns.ts";

/** The page with all steps, in the repository. */
const PAGE = "docs/getting-started.md";
const REPOSITORY = "https://github.com/mirrorform/mirrorform/blob/main/";

/** Renders the next three commands after the demo, for how mirrorform was started. */
export function nextSteps(program: Program): string {
  const command = program.kind === "checkout" ? "mirrorform" : program.command;
  const folder = program.kind === "installed" && program.isLocal === true ? "in this project" : "in your own folder";
  const steps = [
    { command: `${command} init --from python:3.12-slim redis:7`, does: `${folder}: write a mirror file` },
    { command: `${command} sandbox -- ${inSandbox(command)} plan`, does: "plan it without an account" },
  ];
  const install = { command: "npm install --global $(npm pack --silent)", does: "here: install mirrorform" };
  const permissions = { command: `${command} iam`, does: "print the AWS permissions that it needs" };
  const all = program.kind === "checkout" ? [install, ...steps] : [...steps, permissions];
  const lines = alignColumns(["command", "does"], all).map((line) => `  ${line}\n`);
  const page = program.kind === "checkout" ? PAGE : `${REPOSITORY}${PAGE}`;
  return `\nNext, mirror your own images:\n${lines.join("")}\nThe whole way to your own account: ${page}\n`;
}

/** npx adds the program to the PATH of what it starts. */
function inSandbox(command: string): string {
  return command.startsWith("npx ") ? "mirrorform" : command;
}

import { APPLY } from "./definitions/apply.ts";
import { COMPLETION } from "./definitions/completion.ts";
import { DEMO } from "./definitions/demo.ts";
import { IAM } from "./definitions/iam.ts";
import { INIT } from "./definitions/init.ts";
import { LOCK } from "./definitions/lock.ts";
import { PLAN } from "./definitions/plan.ts";
import { QUOTA } from "./definitions/quota.ts";
import { REWRITE } from "./definitions/rewrite.ts";
import { SANDBOX } from "./definitions/sandbox.ts";
import { SCAN } from "./definitions/scan.ts";
import { URIS } from "./definitions/uris.ts";
import { VALIDATE } from "./definitions/validate.ts";
import { command, type Command } from "./options/command.ts";

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  command(INIT, async () => (await import("./commands/init.ts")).init),
  command(SCAN, async () => (await import("./commands/scan.ts")).scan),
  command(VALIDATE, async () => (await import("./commands/validate.ts")).validate),
  command(PLAN, async () => (await import("./commands/plan.ts")).plan),
  command(APPLY, async () => (await import("./commands/apply.ts")).apply),
  command(URIS, async () => (await import("./commands/uris.ts")).uris),
  command(REWRITE, async () => (await import("./commands/rewrite.ts")).rewrite),
  command(LOCK, async () => (await import("./commands/lock.ts")).lock),
  command(IAM, async () => (await import("./commands/iam.ts")).iam),
  command(QUOTA, async () => (await import("./commands/quota.ts")).quota),
  command(SANDBOX, async () => (await import("./commands/sandbox.ts")).sandbox),
  command(DEMO, async () => (await import("./commands/demo.ts")).demo),
  command(COMPLETION, async () => (await import("./commands/completion.ts")).completion),
];

/**
 * A process of its own that stands for the line to somewhere far away: for each upstream a port of 127.0.0.1 behind
 * which the bytes are delayed and the rate is limited, in both directions. Started by `link.ts`.
 */
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { shapedLine, type LineSettings, type LineUse, type ShapedLine } from "./shaped-line.ts";

/** What the parent sends first. */
export interface LinkOrder {
  line: LineSettings;
  /** `127.0.0.1:40123`; each gets a line of its own. */
  upstreams: readonly string[];
}

/** What it is told: where the lines begin, and, asked with "use", what went over them. */
export type LinkReport = { hosts: readonly string[] } | { use: readonly LinkUse[] };

/** What went over the line of one upstream; `down` is towards the client. */
export interface LinkUse {
  down: LineUse;
  up: LineUse;
  /** The most connections that were open together. */
  connections: number;
}

interface Lines {
  down: ShapedLine;
  up: ShapedLine;
  open: number;
  most: number;
}

process.once("message", (order: LinkOrder) => void open(order));
process.once("disconnect", () => process.exit(0));

async function open({ line, upstreams }: LinkOrder): Promise<void> {
  const lines: Lines[] = upstreams.map(() => ({ down: shapedLine(line), up: shapedLine(line), open: 0, most: 0 }));
  const hosts = await Promise.all(upstreams.map((upstream, i) => listen(upstream, lines[i], line.delay)));
  process.on("message", () =>
    report({ use: lines.map(({ down, up, most }) => ({ down: down.use(), up: up.use(), connections: most })) }),
  );
  report({ hosts });
}

function report(message: LinkReport): void {
  process.send?.(message);
}

async function listen(upstream: string, lines: Lines | undefined, delay: number): Promise<string> {
  if (lines === undefined) throw new Error(`no line for ${upstream}`);
  const { hostname, port } = new URL(`http://${upstream}`);
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const)
      breakWith(socket, other);
    lines.open += 1;
    lines.most = Math.max(lines.most, lines.open);
    near.once("close", () => (lines.open -= 1));
    near.pause();
    // The kernel has answered the client's SYN at once; over the line that takes once there and back.
    setTimeout(() => {
      lines.up.carry(near, far);
      lines.down.carry(far, near);
      near.resume();
    }, 2 * delay);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A connection that breaks on one side is broken on the other. */
function breakWith(socket: Socket, other: Socket): void {
  socket.once("error", () => other.destroy());
}

/**
 * Simulates links to distant registries in a separate process: for each upstream, a port on 127.0.0.1 forwards the bytes
 * with a delay and a rate limit in both directions. Started by `link.ts`.
 */
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { shapedLine, type LineSettings, type LineUse, type ShapedLine } from "./shaped-line.ts";

/** The first message of the parent process. */
export interface LinkRequest {
  line: LineSettings;
  /** `127.0.0.1:40123`. Each has its own link. */
  upstreams: readonly string[];
}

/** An answer to the parent: the hosts of the links, or their usage after the message "use". */
export type LinkReport = { hosts: readonly string[] } | { use: readonly LinkUse[] };

/** The usage of the link to one upstream. `down` is towards the client. */
export interface LinkUse {
  down: LineUse;
  up: LineUse;
  /** The most concurrent connections. */
  connections: number;
}

interface Lines {
  down: ShapedLine;
  up: ShapedLine;
  open: number;
  most: number;
}

process.once("message", (order: LinkRequest) => void open(order));
process.once("disconnect", () => process.exit(0));

async function open({ line, upstreams }: LinkRequest): Promise<void> {
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
  if (lines === undefined) throw new Error(`no link for ${upstream}`);
  const { hostname, port } = new URL(`http://${upstream}`);
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const)
      closeTogether(socket, other);
    lines.open += 1;
    lines.most = Math.max(lines.most, lines.open);
    near.once("close", () => (lines.open -= 1));
    near.pause();
    // The kernel accepts the connection at once, so delay it by one round trip.
    setTimeout(() => {
      lines.up.carry(near, far);
      lines.down.carry(far, near);
      near.resume();
    }, 2 * delay);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Closes `other` when `socket` fails. */
function closeTogether(socket: Socket, other: Socket): void {
  socket.once("error", () => other.destroy());
}

/** A wire between a process and its database that can be cut. */

export interface Proxy {
  port: number;
  /** Cuts every connection at once; new ones are taken. */
  cut(): void;
  /** Cuts every connection and takes no more. */
  close(): void;
}

/** Promises a proxy on a free port of 127.0.0.1 before that port. */
export function startProxy(toPort: number): Proxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const cut = () => {
    for (const connection of open) close(connection);
    open.clear();
  };
  void accept(listener, { toPort, open });
  return {
    port: listener.addr.port,
    cut,
    close() {
      listener.close();
      cut();
    },
  };
}

interface Joining {
  toPort: number;
  open: Set<Deno.Conn>;
}

async function accept(
  listener: Deno.TcpListener,
  joining: Joining,
): Promise<void> {
  try {
    for await (const from of listener) void join(from, joining);
  } catch {
    // The listener was closed.
  }
}

async function join(
  from: Deno.Conn,
  { toPort, open }: Joining,
): Promise<void> {
  open.add(from);
  try {
    const to = await Deno.connect({ hostname: "127.0.0.1", port: toPort });
    open.add(to);
    await Promise.race([
      from.readable.pipeTo(to.writable),
      to.readable.pipeTo(from.writable),
    ]);
    open.delete(to);
    close(to);
  } catch {
    // Whoever is at one end sees that the other is gone.
  } finally {
    open.delete(from);
    close(from);
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}

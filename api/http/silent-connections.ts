import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Of the connections that are opened from now on: ends those that for so many milliseconds have not carried a request.
 * To Node they are busy, since a request might be on its way; browsers and balancers open such connections in advance.
 */
export function watchSilentConnections(server: Server): (olderThan: number) => void {
  const openedAt = new Map<Socket, number>();
  server.on("connection", (socket: Socket) => {
    openedAt.set(socket, performance.now());
    socket.once("close", () => openedAt.delete(socket));
  });
  server.on("request", ({ socket }) => openedAt.delete(socket));
  return (olderThan) => {
    for (const [socket, since] of openedAt) {
      if (performance.now() - since >= olderThan) socket.destroy();
    }
  };
}

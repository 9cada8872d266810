import type { FastifyInstance } from "fastify";
import { StartError } from "../start-error.ts";

interface Address {
  port: number;
  host: string;
}

/** Starts to take connections; returns the URL. Throws a StartError where the address cannot be had. */
export async function listen(app: FastifyInstance, { port, host }: Address): Promise<string> {
  try {
    return await app.listen({ port, host });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    switch (code) {
      case "EADDRINUSE":
        throw new StartError("API_ADDRESS_IN_USE", `Port ${port} is taken.`, {
          hint: "Stop what listens there, or set MERCADO_API_PORT to another port (0: a free one).",
          cause: error,
        });
      case "EACCES":
      case "EADDRNOTAVAIL":
      case "ENOTFOUND":
      case "EAI_AGAIN":
        throw new StartError(
          "API_ADDRESS_UNUSABLE",
          `Nothing can listen at ${host}:${port}: ${code}.`,
          {
            hint:
              code === "EACCES"
                ? "Set MERCADO_API_PORT to a port from 1024, or let the service use this one."
                : "Set MERCADO_API_HOST to an address of this machine (0.0.0.0: all of them).",
            cause: error,
          },
        );
      default:
        throw error;
    }
  }
}

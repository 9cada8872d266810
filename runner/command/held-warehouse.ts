import type { Emit } from "../core/event.ts";
import { directIo } from "../core/io.ts";
import type { Io } from "../core/io.ts";
import type { KillPoint } from "../core/ports.ts";
import { recover } from "../execute/recover.ts";
import { createReporter } from "../record/reporter.ts";
import { keepingAccess } from "./access/keep-access.ts";
import { abortOnInterruption } from "./interruption.ts";
import { killPointFromEnvironment } from "./kill-point.ts";
import type { ExitCode, GlobalOptions } from "./options.ts";
import type { LinkedProject } from "./project.ts";
import { resolveTarget } from "./target.ts";
import type { Target } from "./target.ts";
import { closeWarehouse, letGoOfWarehouse, openWarehouse } from "./warehouse.ts";
import type { OpenedWarehouse } from "./warehouse.ts";

/** Options of every command that changes the warehouse. */
export interface HoldingOptions extends GlobalOptions {
  /** How long to wait for a warehouse that another run has, in milliseconds. */
  readonly wait?: number;
  readonly threads?: number;
}

export interface HoldRequest {
  readonly linked: LinkedProject;
  readonly options: HoldingOptions;
  /** What is told to others who want the warehouse meanwhile, as the user wrote it. */
  readonly command: string;
  /** Default is calls as they are. */
  readonly io?: Io;
}

/** A warehouse that is open, recovered, and held by its lease. */
export interface HeldWarehouse extends OpenedWarehouse {
  readonly target: Target;
  readonly emit: Emit;
  readonly killPoint: KillPoint;
  readonly io: Io;
  /** Aborted by the user, or when the lease is lost. */
  readonly interruption: AbortController;
}

/** Opens the warehouse, ends what a killed run left, and closes it when the work is done. */
export async function holdWarehouse(
  { linked, options, command, io = directIo }: HoldRequest,
  work: (held: HeldWarehouse) => Promise<ExitCode>,
): Promise<ExitCode> {
  const declared = resolveTarget(linked.project, options.target);
  const target = { ...declared, threads: options.threads ?? declared.threads };
  const interruption = new AbortController();
  const emit = createReporter({ json: options.json ?? false });
  const killPoint = killPointFromEnvironment();
  const opened = await openWarehouse({
    target,
    command,
    seams: { killPoint, io },
    wait: options.wait,
    onLost: () => {
      interruption.abort();
    },
    tell: (message) => void emit({ type: "note", message }),
  });
  const warehouse = { ...opened, engine: keepingAccess(opened.engine, linked) };
  const leaveSignals = abortOnInterruption(interruption, () => letGoOfWarehouse(warehouse));
  try {
    await recover({ ...warehouse, emit });
    return await work({ ...warehouse, target, emit, killPoint, io, interruption });
  } finally {
    leaveSignals();
    await closeWarehouse(warehouse);
  }
}

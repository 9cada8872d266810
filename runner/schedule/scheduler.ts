import type { Pipeline, Schedule } from "../parse/schema/pipeline.ts";
import { decide, nextDue } from "./due.ts";
import type { PipelineOutcome } from "./pipeline-run.ts";
import type { PipelineState, ScheduleState } from "./state.ts";

export interface Clock {
  now(): Date;
  /** Resolves after so many milliseconds, or at once when the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export interface SchedulerRequest {
  /** Read again before each decision, so that a change of the file is followed. */
  readonly pipelines: () => Promise<Readonly<Record<string, Pipeline>>>;
  readonly readState: () => Promise<ScheduleState>;
  readonly writeState: (state: ScheduleState) => Promise<void>;
  readonly run: (due: DueRun) => Promise<PipelineOutcome>;
  /** How a run ended whose end this scheduler did not see; undefined when it did not end. */
  readonly endOf: (trigger: string) => Promise<PipelineOutcome | undefined>;
  readonly tell: (message: string) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Run what is due now, and return. */
  readonly once: boolean;
}

export interface DueRun {
  readonly name: string;
  readonly pipeline: Pipeline;
  readonly due: Date;
  /** Tells this run from every other: the pipeline and its due time. */
  readonly trigger: string;
}

export interface ScheduleEnd {
  readonly ran: number;
  readonly failed: number;
}

/** Times are looked at again at least so often: a machine that slept, or a clock that was set, is noticed. */
const longestSleep = 30_000;

/** Runs pipelines when they are due, one at a time, until it is told to end. */
export async function runSchedule(request: SchedulerRequest): Promise<ScheduleEnd> {
  return new Scheduler(request).run();
}

interface Waiting extends DueRun {
  readonly schedule: Schedule;
}

class Scheduler {
  readonly #request: SchedulerRequest;
  readonly #announced = new Map<string, string>();
  #state: ScheduleState = { schema_version: 1, pipelines: {} };
  /** Runs that are to be made before times are looked at again. */
  #queue: Waiting[] = [];
  #busySince: Date | undefined;

  constructor(request: SchedulerRequest) {
    this.#request = request;
  }

  async run(): Promise<ScheduleEnd> {
    const { clock, signal, once } = this.#request;
    this.#state = await this.#request.readState();
    let ran = 0;
    let failed = 0;
    while (!signal.aborted) {
      const pipelines = await this.#request.pipelines();
      await this.#enqueue(pipelines);
      const next = this.#queue.shift();
      if (next !== undefined) {
        this.#busySince ??= clock.now();
        const outcome = await this.#carryOut(next);
        ran += 1;
        if (outcome === "failed") failed += 1;
        continue;
      }
      this.#busySince = undefined;
      if (once) break;
      await clock.sleep(this.#pause(pipelines), signal);
    }
    return { ran, failed };
  }

  /** Decides what is due, once for each due time, and keeps that it was decided. */
  async #enqueue(pipelines: Readonly<Record<string, Pipeline>>): Promise<void> {
    const now = this.#request.clock.now();
    const found: Waiting[] = [];
    for (const [name, pipeline] of Object.entries(pipelines)) {
      const { schedule } = pipeline;
      if (schedule === undefined) continue;
      // Those that wait already are decided; what came due meanwhile is looked at when they are through.
      if (this.#queue.some((waiting) => waiting.name === name)) continue;
      const state = await this.#stateOf(name, schedule, now);
      const { run, dropped } = decide(schedule, {
        now,
        handledUntil: new Date(state.handled_until),
        interrupted: state.running && new Date(state.running.due),
        busySince: this.#busySince,
      });
      if (dropped.length > 0) await this.#drop(name, schedule, { dropped, run });
      for (const due of run) {
        found.push({ name, pipeline, schedule, due, trigger: triggerOf(name, due) });
      }
    }
    this.#queue = [...this.#queue, ...found].sort(
      (a, b) => a.due.getTime() - b.due.getTime() || (a.name < b.name ? -1 : 1),
    );
  }

  /** What is known of a pipeline. One that is new, or has other times than it had, is due from now on. */
  async #stateOf(name: string, schedule: Schedule, now: Date): Promise<PipelineState> {
    const { cron, timezone } = schedule;
    const known = this.#state.pipelines[name];
    if (known?.cron === cron && known.timezone === timezone) {
      return known.running === undefined ? known : this.#settle(name, known, known.running);
    }
    const fresh = { cron, timezone, handled_until: now.toISOString(), last: known?.last };
    await this.#keep(name, fresh);
    return fresh;
  }

  /** A run whose end was not seen: it may have ended well before its scheduler was killed. */
  async #settle(
    name: string,
    known: PipelineState,
    running: NonNullable<PipelineState["running"]>,
  ): Promise<PipelineState> {
    const outcome = await this.#request.endOf(running.trigger);
    if (outcome === undefined || outcome === "interrupted") return known;
    const { due, started_at } = running;
    const finished_at = this.#request.clock.now().toISOString();
    const settled = {
      ...known,
      running: undefined,
      last: { due, started_at, finished_at, outcome },
    };
    await this.#keep(name, settled);
    return settled;
  }

  async #drop(
    name: string,
    { catch_up, max_age }: Schedule,
    { dropped, run }: { readonly dropped: readonly Date[]; readonly run: readonly Date[] },
  ): Promise<void> {
    const count = dropped.length === 1 ? "one time that was" : `${dropped.length} times that were`;
    const age = max_age === undefined ? "" : `, max_age ${String(max_age)} s`;
    this.#request.tell(`${name}: passing over ${count} missed (catch_up: ${catch_up}${age})`);
    const known = this.#state.pipelines[name];
    const last = dropped.at(-1);
    if (known === undefined || last === undefined) return;
    const isRunningDropped = dropped.some((time) => time.toISOString() === known.running?.due);
    // Never beyond a time that is still to be run: each is marked when it begins.
    const before = run[0] !== undefined && run[0] < last ? undefined : last.toISOString();
    await this.#keep(name, {
      ...known,
      running: isRunningDropped ? undefined : known.running,
      handled_until: later(known.handled_until, before ?? known.handled_until),
    });
  }

  async #carryOut(next: Waiting): Promise<PipelineOutcome> {
    const { clock, tell } = this.#request;
    const { name, due, trigger, schedule } = next;
    const started = clock.now().toISOString();
    const known = this.#state.pipelines[name] ?? {
      cron: schedule.cron,
      timezone: schedule.timezone,
      handled_until: due.toISOString(),
    };
    const begun = {
      ...known,
      handled_until: later(known.handled_until, due.toISOString()),
      running: { due: due.toISOString(), started_at: started, trigger },
    };
    await this.#keep(name, begun);
    const late = Math.round((clock.now().getTime() - due.getTime()) / 1000);
    tell(`${name}: begun, due ${stamp(due)}${late > 60 ? `, ${duration(late)} late` : ""}`);
    const outcome = await this.#request.run(next);
    const finished = clock.now().toISOString();
    tell(`${name}: ${outcome}`);
    // An interrupted run is begun again by the next scheduler, by its catch-up rule.
    if (outcome === "interrupted") return outcome;
    const last = { due: due.toISOString(), started_at: started, finished_at: finished, outcome };
    await this.#keep(name, { ...begun, running: undefined, last });
    return outcome;
  }

  async #keep(name: string, state: PipelineState): Promise<void> {
    this.#state = {
      ...this.#state,
      pipelines: { ...this.#state.pipelines, [name]: state },
    };
    await this.#request.writeState(this.#state);
  }

  /** The milliseconds until something is due, and what that is, told once. */
  #pause(pipelines: Readonly<Record<string, Pipeline>>): number {
    const now = this.#request.clock.now();
    let pause = longestSleep;
    for (const [name, { schedule }] of Object.entries(pipelines)) {
      const next = schedule && nextDue(schedule, now);
      if (schedule === undefined || next === undefined) continue;
      pause = Math.min(pause, next.getTime() - now.getTime());
      if (this.#announced.get(name) === next.toISOString()) continue;
      this.#announced.set(name, next.toISOString());
      this.#request.tell(
        `${name}: next due ${stamp(next)} (${schedule.cron} ${schedule.timezone})`,
      );
    }
    return Math.max(pause, 1);
  }
}

export function triggerOf(name: string, due: Date): string {
  return `${name}@${due.toISOString()}`;
}

function later(a: string, b: string): string {
  return a > b ? a : b;
}

function stamp(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function duration(seconds: number): string {
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3600)} h`
    : `${Math.round(seconds / 86_400)} days`;
}

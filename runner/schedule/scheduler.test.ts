import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { pipeline } from "../parse/schema/pipeline.ts";
import type { Pipeline } from "../parse/schema/pipeline.ts";
import { dueBetween } from "./due.ts";
import type { PipelineOutcome } from "./pipeline-run.ts";
import { runSchedule } from "./scheduler.ts";
import type { ScheduleState } from "./state.ts";

const minute = 60_000;
const hourly = (rest: object = {}): Pipeline =>
  pipeline.parse({ schedule: { cron: "0 * * * *", ...rest } });

class Killed extends Error {}

/** A machine with a clock of its own, on which schedulers run, are killed, and run again. */
class Machine {
  time: number;
  state: ScheduleState = { schema_version: 1, pipelines: {} };
  pipelines: Readonly<Record<string, Pipeline>>;
  /** Runs that came to their end, as `name@due`. */
  readonly ended: string[] = [];
  readonly said: string[] = [];
  /** How long a run takes, in minutes. */
  length = 1;
  outcome: PipelineOutcome = "succeeded";
  readonly #ends = new Map<string, PipelineOutcome>();

  constructor(pipelines: Readonly<Record<string, Pipeline>>, now = "2026-06-01T10:30:00Z") {
    this.pipelines = pipelines;
    this.time = Date.parse(now);
  }

  /** A scheduler until so many minutes have passed; it is killed there, in whatever it does. */
  async runFor(minutes: number, once = false): Promise<void> {
    const end = this.time + minutes * minute;
    const killAt = () => {
      if (this.time >= end) throw new Killed();
    };
    try {
      await runSchedule({
        pipelines: () => Promise.resolve(this.pipelines),
        readState: () => Promise.resolve(structuredClone(this.state)),
        writeState: (state) => {
          this.state = structuredClone(JSON.parse(JSON.stringify(state)) as ScheduleState);
          return Promise.resolve();
        },
        run: ({ trigger }) => {
          this.time += this.length * minute;
          if (this.time > end) {
            this.time = end;
            throw new Killed();
          }
          this.ended.push(trigger);
          this.#ends.set(trigger, this.outcome);
          killAt();
          return Promise.resolve(this.outcome);
        },
        endOf: (trigger) => Promise.resolve(this.#ends.get(trigger)),
        tell: (message) => this.said.push(message),
        clock: {
          now: () => new Date(this.time),
          sleep: (milliseconds) => {
            this.time = Math.min(this.time + milliseconds, end);
            killAt();
            return Promise.resolve();
          },
        },
        signal: new AbortController().signal,
        once,
      });
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }

  sleep(minutes: number): void {
    this.time += minutes * minute;
  }
}

const due = (...hours: readonly number[]) =>
  hours.map((hour) => `daily@2026-06-01T${String(hour).padStart(2, "0")}:00:00.000Z`);

describe("a scheduler", () => {
  test("runs what is due at its time, from when it first saw the pipeline", async () => {
    const machine = new Machine({ daily: hourly() });
    await machine.runFor(200);
    expect(machine.ended).toEqual(due(11, 12, 13));
  });

  test("catches up once what it missed, by the pipeline's rule", async () => {
    const rules = { latest: due(15), all: due(12, 13, 14, 15), none: [] };
    for (const [catch_up, expected] of Object.entries(rules)) {
      const machine = new Machine({ daily: hourly({ catch_up }) });
      await machine.runFor(45);
      machine.ended.length = 0;
      machine.sleep(240);
      await machine.runFor(10, true);
      await machine.runFor(10);
      expect(machine.ended).toEqual(expected);
    }
  });

  test("runs one pipeline at a time, and none is lost while another runs", async () => {
    const machine = new Machine({
      daily: hourly({ catch_up: "none" }),
      other: pipeline.parse({ schedule: { cron: "58 * * * *", catch_up: "none" } }),
    });
    machine.length = 20;
    await machine.runFor(120);
    expect(machine.ended).toEqual([
      "other@2026-06-01T10:58:00.000Z",
      ...due(11),
      "other@2026-06-01T11:58:00.000Z",
    ]);
  });

  test("does again what was killed while it ran, and nothing that had ended", async () => {
    const machine = new Machine({ daily: hourly() });
    machine.length = 5;
    await machine.runFor(33);
    expect(machine.ended).toEqual([]);
    await machine.runFor(10);
    expect(machine.ended).toEqual(due(11));
    await machine.runFor(20);
    expect(machine.ended).toEqual(due(11));
  });

  test("a run that ended just before its scheduler was killed is not run again", async () => {
    const machine = new Machine({ daily: hourly() });
    machine.length = 5;
    await machine.runFor(35);
    expect(machine.ended).toEqual(due(11));
    expect(machine.state.pipelines.daily?.running).toBeDefined();
    await machine.runFor(20);
    expect(machine.ended).toEqual(due(11));
    expect(machine.state.pipelines.daily?.last?.outcome).toBe("succeeded");
  });

  test("a failed run is over: the next is the next due time's", async () => {
    const machine = new Machine({ daily: hourly() });
    machine.outcome = "failed";
    await machine.runFor(100);
    expect(machine.ended).toEqual(due(11, 12));
  });

  test("a pipeline with other times counts them from the change on", async () => {
    const machine = new Machine({ daily: hourly({ catch_up: "all" }) });
    await machine.runFor(40);
    machine.pipelines = { daily: hourly({ cron: "*/20 * * * *", catch_up: "all" }) };
    machine.sleep(300);
    await machine.runFor(15);
    expect(machine.ended.slice(1)).toEqual(["daily@2026-06-01T16:20:00.000Z"]);
  });

  test("catching all up, killed and restarted at any moments, runs each due time exactly once", async () => {
    const spans = fc.array(
      fc.record({
        runs: fc.integer({ min: 0, max: 90 }),
        sleeps: fc.integer({ min: 0, max: 200 }),
        length: fc.integer({ min: 0, max: 30 }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(spans, async (steps) => {
        const daily = hourly({ catch_up: "all" });
        const machine = new Machine({ daily });
        await machine.runFor(1);
        const begun = new Date(machine.time);
        for (const { runs, sleeps, length } of steps) {
          machine.length = length;
          await machine.runFor(runs);
          machine.sleep(sleeps);
        }
        machine.length = 0;
        await machine.runFor(1, true);
        const all = dueBetween(daily.schedule!, begun, new Date(machine.time));
        expect(machine.ended).toEqual(all.map((time) => `daily@${time.toISOString()}`));
      }),
      { numRuns: 30 },
    );
  });
});

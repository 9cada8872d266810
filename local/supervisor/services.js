import { startDynamodb } from "./dynamodb.js";
import { startPostgres } from "./postgres.js";

/** @typedef {{ postgres: boolean, dynamodb: boolean }} Wanted */

/** The servers of a home, each started when first wanted. */
export class Services {
  /** @param {import("./main.js").Options} options */
  constructor(options) {
    this.options = options;
    /** @type {Map<string, Promise<import("./main.js").RunningService>>} */
    this.started = new Map();
    this.stopping = false;
    /** Called when a server ends unasked. */
    this.onServerEnded = () => {};
  }

  /** @param {Wanted} wanted */
  async addresses(wanted) {
    // Both are started at once, and neither is left half started when the other fails.
    const [postgres, dynamodb] = await Promise.allSettled([
      wanted.postgres ? this.start("postgres", startPostgres) : undefined,
      wanted.dynamodb ? this.start("dynamodb", startDynamodb) : undefined,
    ]);
    if (postgres.status === "rejected") throw postgres.reason;
    if (dynamodb.status === "rejected") throw dynamodb.reason;
    return { postgresUrl: postgres.value?.address, dynamodbEndpoint: dynamodb.value?.address };
  }

  /**
   * @param {string} name
   * @param {(options: import("./main.js").Options) => Promise<import("./main.js").RunningService>} start
   */
  start(name, start) {
    const known = this.started.get(name);
    if (known) return known;
    const starting = start(this.options);
    this.started.set(name, starting);
    starting.then(
      async (service) => {
        await service.ended;
        if (!this.stopping) this.onServerEnded();
      },
      () => this.started.delete(name),
    );
    return starting;
  }

  async stop() {
    this.stopping = true;
    await this.each((service) => service.stop());
  }

  /** Deletes what lies outside of the home. */
  remove() {
    return this.each((service) => service.remove());
  }

  /** @param {(service: import("./main.js").RunningService) => void | Promise<void>} act */
  async each(act) {
    await Promise.allSettled([...this.started.values()].map(async (each) => act(await each)));
  }
}

import type { Services } from "../../local/services.ts";
import { didYouMean } from "../core/closest.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Extractor, Lake } from "../core/ports.ts";
import type { Target } from "./target.ts";
import type { Seams } from "./open-lake.ts";

const embedded = "embedded";

/** The connections of a run: each is opened when it is first wanted, and all are closed together. */
export class Connections {
  readonly #target: Target;
  readonly #lake: Lake;
  readonly #seams: Seams;
  readonly #extractors = new Map<string, Promise<Extractor>>();
  #services: Promise<Services> | undefined;

  constructor(target: Target, lake: Lake, seams: Seams = {}) {
    this.#target = target;
    this.#lake = lake;
    this.#seams = seams;
  }

  extractor(name: string): Promise<Extractor> {
    let extractor = this.#extractors.get(name);
    if (extractor === undefined) {
      extractor = this.#open(name);
      this.#extractors.set(name, extractor);
    }
    return extractor;
  }

  async close(): Promise<void> {
    const extractors = await Promise.allSettled(this.#extractors.values());
    for (const opened of extractors) if (opened.status === "fulfilled") await opened.value.close();
    const services = await this.#services?.catch(() => undefined);
    await services?.close();
  }

  async #open(name: string): Promise<Extractor> {
    const connection = this.#target.connections[name];
    if (connection === undefined) {
      const known = Object.keys(this.#target.connections);
      throw new Failure([
        {
          code: "CONNECTION_FAILED",
          message: `The target ${this.#target.name} has no connection "${name}".`,
          hint: didYouMean(
            name,
            known,
            `Add it to pipelines.yaml; it has ${known.join(", ") || "none"}.`,
          ),
        },
      ]);
    }
    const common = { lake: this.#lake, ...this.#seams };
    switch (connection.connector) {
      case "postgres": {
        const { openPostgresExtractor } = await import("../extract/postgres/postgres-extractor.ts");
        const url =
          connection.url === embedded ? (await this.#embedded()).postgresUrl : connection.url;
        return openPostgresExtractor({ url, ...common });
      }
      case "dynamodb": {
        const { openDynamoDbExtractor } = await import("../extract/dynamodb/dynamodb-extractor.ts");
        return openDynamoDbExtractor({
          connection: {
            ...(await this.dynamodb(connection.endpoint, connection.region)),
            table: connection.table,
            segments: connection.segments,
            readCapacity: connection.read_capacity,
          },
          ...common,
        });
      }
      case "dynamodb_export": {
        const { openDynamoDbExportExtractor } =
          await import("../extract/dynamodb-export/dynamodb-export-extractor.ts");
        const { location, export: wanted, table, endpoint, region, segments } = connection;
        const s3 = { endpoint, region };
        return openDynamoDbExportExtractor({ location, wanted, table, s3, segments, ...common });
      }
      default:
        return connection satisfies never;
    }
  }

  /** How a DynamoDB is reached that a connection names. */
  async dynamodb(endpoint: string, region = process.env.AWS_REGION ?? "us-east-1") {
    if (endpoint === embedded) return (await this.#embedded()).dynamodb;
    if (endpoint === "aws") return { region };
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env;
    return {
      endpoint,
      region,
      accessKeyId: accessKeyId ?? "local",
      secretAccessKey: secretAccessKey ?? "local",
    };
  }

  /** Postgres and DynamoDB of this machine, started for as long as this run needs them unless they run already. */
  #embedded(): Promise<Services> {
    this.#services ??= import("../../local/services.ts").then(async (local) => {
      try {
        return await local.openServices({ home: this.#target.home });
      } catch (error) {
        if (!(error instanceof local.LocalServiceError)) throw error;
        throw new Failure([
          { code: "SERVICE_FAILED", message: error.message, cause: error.code, hint: error.hint },
        ]);
      }
    });
    return this.#services;
  }
}

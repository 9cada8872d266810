import {
  BatchExecuteStatementCommand,
  CancelStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  ListStatementsCommand,
  ResourceNotFoundException,
  ValidationException,
} from "@aws-sdk/client-redshift-data";
import type {
  ColumnMetadata,
  DescribeStatementResponse,
  Field,
  RedshiftDataClient,
  StatusString,
} from "@aws-sdk/client-redshift-data";
import { openClient, warehouseName, warehouseParameters } from "./connection.ts";
import type { RedshiftConnection } from "./connection.ts";
import { RequestFailure } from "./request-failure.ts";
import { refusalOf, serviceFailure } from "./service-failure.ts";
import { retried } from "./retried.ts";
import type { Patience } from "./retried.ts";
import { Silence } from "./silence.ts";

/** Statements to run: one by itself, or several as one transaction. */
export interface Submission {
  readonly statements: readonly string[];
  readonly isBatch: boolean;
  readonly token: string;
  readonly name: string;
}

export interface ResultPage {
  readonly columns: readonly ColumnMetadata[];
  readonly records: readonly (readonly Field[])[];
}

/** Of a statement that is not over; a statement only ever goes from one to the next of them. */
const unfinished = ["SUBMITTED", "PICKED", "STARTED"] as const satisfies readonly StatusString[];

/** Whether a statement is over, whatever its end. */
export function isOver({ Status: status }: DescribeStatementResponse): boolean {
  return status === "FINISHED" || status === "FAILED" || status === "ABORTED";
}

/** For how long a service that has never answered is asked, in milliseconds: its address may be wrong. */
const firstPatience = 15_000;

function atFirst(patience: Patience): Patience {
  return { ...patience, totalMilliseconds: Math.min(patience.totalMilliseconds, firstPatience) };
}

interface Manner {
  readonly patience: Patience;
  /** Told when the service stops answering for a while, and when it goes on. */
  readonly tell?: ((message: string) => void) | undefined;
}

/** Requests of the Data API, each tried again for as long as an answer may come. What they throw is a Failure. */
export class DataApi {
  readonly #client: RedshiftDataClient;
  readonly #connection: RedshiftConnection;
  readonly #patience: Patience;
  readonly #silence: Silence;

  constructor(connection: RedshiftConnection, { patience, tell }: Manner) {
    this.#client = openClient(connection);
    this.#connection = connection;
    this.#patience = patience;
    this.#silence = new Silence(warehouseName(connection), tell ?? (() => undefined));
  }

  /** Returns the statement's id. The same token twice is one statement. */
  async submit(submission: Submission, signal?: AbortSignal): Promise<string> {
    const { statements, isBatch, token, name } = submission;
    const common = {
      ...warehouseParameters(this.#connection),
      ClientToken: token,
      StatementName: name,
    };
    const answer = await this.#ask(
      () =>
        isBatch
          ? this.#client.send(
              new BatchExecuteStatementCommand({
                ...common,
                Sqls: [...statements],
                ExecutionMode: "TRANSACTION",
              }),
            )
          : this.#client.send(new ExecuteStatementCommand({ ...common, Sql: statements[0] })),
      signal,
    );
    if (answer.Id === undefined) throw new Error("Redshift's answer has no statement id");
    return answer.Id;
  }

  /** Waits so many seconds for a statement's end, at most 30. Undefined for a statement that nobody knows any more. */
  describe(id: string, waitSeconds: number): Promise<DescribeStatementResponse | undefined> {
    return this.#ask(async () => {
      const request = { Id: id, WaitTimeSeconds: waitSeconds };
      try {
        return await this.#client.send(new DescribeStatementCommand(request));
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
      }
    });
  }

  /** A result's pages, each fetched when it is asked for. */
  async *pages(id: string): AsyncGenerator<ResultPage> {
    let token: string | undefined;
    do {
      const page = await this.#ask(() =>
        this.#client.send(new GetStatementResultCommand({ Id: id, NextToken: token })),
      );
      yield { columns: page.ColumnMetadata ?? [], records: page.Records ?? [] };
      token = page.NextToken;
    } while (token !== undefined && token !== "");
  }

  /** Asks for a statement's end; one that is over, or that nobody knows any more, is no error. */
  async cancel(id: string): Promise<void> {
    await this.#ask(async () => {
      try {
        await this.#client.send(new CancelStatementCommand({ Id: id }));
      } catch (error) {
        const isOverNow =
          error instanceof ValidationException || error instanceof ResourceNotFoundException;
        if (!isOverNow) throw error;
      }
    });
  }

  /** Ids of the statements whose names begin so and that are not over, or of all of them. */
  async list(namePrefix: string, which: "unfinished" | "all"): Promise<readonly string[]> {
    const { workgroup, cluster, database } = this.#connection;
    const found = new Set<string>();
    for (const Status of which === "all" ? (["ALL"] as const) : unfinished) {
      let token: string | undefined;
      do {
        const page = await this.#ask(() =>
          this.#client.send(
            new ListStatementsCommand({
              StatementName: namePrefix,
              Status,
              NextToken: token,
              Database: database,
              ...(workgroup === undefined ? {} : { WorkgroupName: workgroup }),
              ...(cluster === undefined ? {} : { ClusterIdentifier: cluster }),
            }),
          ),
        );
        for (const { Id } of page.Statements ?? []) if (Id !== undefined) found.add(Id);
        token = page.NextToken;
      } while (token !== undefined && token !== "");
    }
    return [...found];
  }

  close(): void {
    this.#client.destroy();
  }

  async #ask<Answer>(perform: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
    const attempt = () => this.#silence.hear(perform);
    const patience = this.#silence.isUnbroken ? atFirst(this.#patience) : this.#patience;
    const asked = await retried(attempt, { patience, refusalOf, signal });
    if (asked.isAnswered) return asked.answer;
    const failure = serviceFailure(asked.error, this.#connection, {
      seconds: Math.round(asked.milliseconds / 1000),
      wasHeard: !this.#silence.isUnbroken,
    });
    throw new RequestFailure(failure, !asked.refusals.has("unanswered"));
  }
}

import { hash } from "node:crypto";
import type { ColumnUse, RowUse } from "../../core/column-lineage.ts";
import type { RunEvent } from "../../core/event.ts";
import type { ProjectLineage, RelationLineage } from "../../core/project-lineage.ts";

/** An event as OpenLineage 2-0-2 has it. */
export type LineageEvent = Readonly<Record<string, unknown>> & {
  readonly eventType: "START" | "COMPLETE" | "FAIL" | "ABORT";
};

export interface Naming {
  readonly namespace: string;
  readonly project: string;
  readonly lineage: ProjectLineage;
  /** A column's type as text; undefined where nobody declared one. */
  readonly typeOf: (relation: string, column: string) => string | undefined;
  /** The time of an event, ISO 8601. */
  readonly now: () => string;
}

const producer = "urn:mercado:runner";
const base = "https://openlineage.io/spec";

function facet(name: string, version: string) {
  return {
    _producer: producer,
    _schemaURL: `${base}/facets/${version}/${name}.json#/$defs/${name}`,
  };
}

/** A step's identity is made of its run's, so that a repeated event is the same one. */
function uuidOf(text: string): string {
  const digits = hash("sha256", text);
  const variant = ((parseInt(digits.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `5${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join("-");
}

/** Makes the function that turns what happens in a run into OpenLineage's events, mostly none. */
export function lineageEvents(naming: Naming): (event: RunEvent) => readonly LineageEvent[] {
  const { namespace, project, lineage, now } = naming;
  let run: { readonly id: string; readonly job: string } | undefined;

  const eventOf = (
    eventType: LineageEvent["eventType"],
    step: string | undefined,
    more: {
      readonly facets?: object;
      readonly inputs?: object[];
      readonly outputs?: object[];
    } = {},
  ): readonly LineageEvent[] => {
    if (run === undefined) return [];
    const parent = {
      ...facet("ParentRunFacet", "1-0-1"),
      run: { runId: uuidOf(run.id) },
      job: { namespace, name: run.job },
    };
    return [
      {
        eventType,
        eventTime: now(),
        producer,
        schemaURL: `${base}/2-0-2/OpenLineage.json#/$defs/RunEvent`,
        run: {
          runId: uuidOf(step === undefined ? run.id : `${run.id} ${step}`),
          facets: { ...(step === undefined ? {} : { parent }), ...more.facets },
        },
        job: { namespace, name: step === undefined ? run.job : `${project}.${step}` },
        inputs: more.inputs ?? [],
        outputs: more.outputs ?? [],
      },
    ];
  };

  return (event) => {
    switch (event.type) {
      case "run_started":
        run = { id: event.runId, job: `${project}.${event.target}.${event.environment}` };
        return eventOf("START", undefined);
      case "run_finished":
        return eventOf(endings[event.status], undefined);
      case "step_started":
        return eventOf("START", event.id, datasets(event.id, naming));
      case "step_finished": {
        const { id, status, diagnostic } = event.outcome;
        if (status === "skipped") return [];
        const message = diagnostic?.message ?? "The step failed.";
        const errorMessage = {
          ...facet("ErrorMessageRunFacet", "1-0-1"),
          message: diagnostic === undefined ? message : `${diagnostic.code}: ${message}`,
          programmingLanguage: "SQL",
        };
        return status === "failed"
          ? eventOf("FAIL", id, { ...datasets(id, naming), facets: { errorMessage } })
          : eventOf("COMPLETE", id, datasets(id, naming));
      }
      case "recovered":
      case "note":
      case "failing_rows":
      case "published":
      case "withheld":
        return [];
      default:
        return event satisfies never;
    }
  };

  /** What a step reads and writes: its relation, or all tables of an extraction's source. */
  function datasets(step: string, { typeOf }: Naming) {
    const source = /^extract\.(.+)$/.exec(step)?.[1];
    const written = [...lineage.relations.values()].filter((each) =>
      source === undefined
        ? each.relation === step && each.kind !== "source_table"
        : each.kind === "source" && readsSource(each, source),
    );
    const inputs = new Set(
      written.flatMap(({ columns, rows }) => [
        ...[...columns.values()].flatMap(({ from }) => from.map(({ relation }) => relation)),
        ...rows.map(({ relation }) => relation),
      ]),
    );
    return {
      inputs: [...inputs].map((relation) => ({ ...dataset(relation), facets: {} })),
      outputs: written.map((each) => ({
        ...dataset(each.relation),
        facets: { schema: schemaOf(each, typeOf), columnLineage: columnLineage(each) },
      })),
    };
  }

  function dataset(relation: string) {
    return { namespace, name: relation.replace(/^source:/, "") };
  }

  function columnLineage({ columns, rows }: RelationLineage) {
    const fields = [...columns.values()].map(({ name, from }) => [
      name,
      { inputFields: inputFields(from, ({ how }) => transformations[how]) },
    ]);
    return {
      ...facet("ColumnLineageDatasetFacet", "1-2-0"),
      fields: Object.fromEntries(fields) as object,
      dataset: inputFields(rows, ({ how }) => ({ type: "INDIRECT", subtype: rowSubtypes[how] })),
    };
  }

  /** Each column once, with all the ways in which it is used. */
  function inputFields<Use extends ColumnUse | RowUse>(
    uses: readonly Use[],
    transformation: (use: Use) => Transformation,
  ) {
    const found = new Map<string, { relation: string; field: string; all: Transformation[] }>();
    for (const use of uses) {
      const id = `${use.relation}.${use.column}`;
      const known = found.get(id) ?? { relation: use.relation, field: use.column, all: [] };
      known.all.push(transformation(use));
      found.set(id, known);
    }
    return [...found.values()].map(({ relation, field, all }) => ({
      ...dataset(relation),
      field,
      transformations: all.map((each) => ({ ...each, description: "", masking: false })),
    }));
  }
}

const endings = { succeeded: "COMPLETE", failed: "FAIL", interrupted: "ABORT" } as const;

interface Transformation {
  readonly type: "DIRECT" | "INDIRECT";
  readonly subtype: string;
}

const transformations: Readonly<Record<ColumnUse["how"], Transformation>> = {
  identity: { type: "DIRECT", subtype: "IDENTITY" },
  transformation: { type: "DIRECT", subtype: "TRANSFORMATION" },
  aggregation: { type: "DIRECT", subtype: "AGGREGATION" },
  condition: { type: "INDIRECT", subtype: "CONDITIONAL" },
};

const rowSubtypes: Readonly<Record<RowUse["how"], string>> = {
  join: "JOIN",
  filter: "FILTER",
  group: "GROUP_BY",
  sort: "SORT",
  window: "WINDOW",
};

function readsSource({ columns }: RelationLineage, source: string): boolean {
  return [...columns.values()].some(({ from }) =>
    from.some(({ relation }) => relation.startsWith(`source:${source}.`)),
  );
}

function schemaOf({ relation, columns }: RelationLineage, typeOf: Naming["typeOf"]) {
  return {
    ...facet("SchemaDatasetFacet", "1-1-1"),
    fields: [...columns.keys()].map((name) => {
      const type = typeOf(relation, name);
      return type === undefined ? { name } : { name, type };
    }),
  };
}

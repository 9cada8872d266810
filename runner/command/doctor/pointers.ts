import { concurrently } from "../../core/concurrently.ts";
import { counted } from "../../core/counted.ts";
import { Failure } from "../../core/diagnostic.ts";
import { production } from "../../core/environment.ts";
import type { PastVersion } from "../../core/ledger.ts";
import type { LakeManifest } from "../../core/manifest.ts";
import type { Engine, Lake } from "../../core/ports.ts";
import type { RelationName } from "../../core/relation.ts";
import { joinSome } from "../../record/summaries.ts";

const readAtATime = 16;

/** A relation as an environment's readers find it in the lake, and as the ledger says that they should. */
interface Comparison {
  readonly relation: RelationName;
  readonly environment: string;
  readonly pointed?: LakeManifest;
  readonly published?: PastVersion;
}

/** Holds the lake's pointers against the ledger, and tells how they agree; that they do not is a failure. */
export async function examinePointers(engine: Engine, lake: Lake): Promise<string> {
  const { hasLedger } = await import("../../record/ledger.ts");
  if (!(await hasLedger(engine))) return "nothing is published yet";
  const { readVersions } = await import("../../record/versions.ts");
  const current = async () =>
    (await readVersions(engine, "superseded_at is null")).filter(
      ({ manifest }) => manifest !== undefined,
    );
  for (;;) {
    const published = await current();
    const compared = await compare(published, lake);
    // A run that has published meanwhile makes old pointers of those that were just read.
    if (keysOf(await current()) === keysOf(published)) return judge(compared);
  }
}

function keysOf(versions: readonly PastVersion[]): string {
  return JSON.stringify(
    versions.map(({ published, publishedBy, isPointed }) => [
      published.environment,
      published.relation,
      publishedBy,
      isPointed,
    ]),
  );
}

async function compare(
  versions: readonly PastVersion[],
  lake: Lake,
): Promise<readonly Comparison[]> {
  const environments = new Set([
    production,
    ...(await lake.environments()),
    ...versions.map(({ published }) => published.environment),
  ]);
  const compared: Comparison[] = [];
  for (const environment of environments) {
    const own = new Map(
      versions
        .filter(({ published }) => published.environment === environment)
        .map((version) => [version.published.relation, version]),
    );
    const inLake =
      environment === production ? await lake.relations() : await lake.relationsOf(environment);
    await concurrently(new Set([...own.keys(), ...inLake]), readAtATime, async (relation) => {
      const pointed = await lake.readManifest(relation, environment);
      const published = own.get(relation);
      if (pointed === undefined && published === undefined) return;
      compared.push({ relation, environment, pointed, published });
    });
  }
  return compared.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function judge(compared: readonly Comparison[]): string {
  const lagging = compared.filter(
    (each) => !agrees(each) && each.published !== undefined && !each.published.isPointed,
  );
  const astray = compared.filter(
    (each) => !agrees(each) && each.published !== undefined && each.published.isPointed,
  );
  // A role may write tables of its own, which are in no ledger.
  const unknown = compared.filter(
    ({ published, pointed }) => published === undefined && pointed?.writtenBy === undefined,
  );
  if (astray.length > 0) throw pointsElsewhere(astray);
  const names = (each: readonly Comparison[]) => joinSome(each.map(nameOf));
  return [
    `${counted(compared.filter(agrees).length, "pointer")} of the lake as the ledger says`,
    ...(lagging.length > 0
      ? [`the next run that writes lets the lake follow in ${names(lagging)}`]
      : []),
    ...(unknown.length > 0 ? [`not in this ledger: ${names(unknown)}`] : []),
  ].join("; ");
}

function agrees({ pointed, published }: Comparison): boolean {
  if (pointed === undefined || published?.manifest === undefined) return false;
  const filesOf = ({ runId, files }: LakeManifest) =>
    JSON.stringify([runId, files.map(({ key, sha256 }) => [key, sha256])]);
  return filesOf(pointed) === filesOf(published.manifest);
}

function nameOf({ relation, environment }: Comparison): string {
  return environment === production ? relation : `${relation} of ${environment}`;
}

function pointsElsewhere(astray: readonly Comparison[]): Failure {
  const cause = astray
    .map((each) => {
      const at = each.pointed === undefined ? "at nothing" : `at the run ${each.pointed.runId}`;
      return `${nameOf(each)} ${at}, not at ${each.published?.manifest?.runId ?? ""}`;
    })
    .join("; ");
  const [{ environment } = { environment: production }] = astray;
  const relations = astray
    .filter((each) => each.environment === environment)
    .map(({ relation }) => relation);
  const where = environment === production ? "" : ` --env ${environment}`;
  return new Failure([
    {
      code: "LAKE_CORRUPT",
      message: `${counted(astray.length, "pointer")} of the lake ${astray.length === 1 ? "is" : "are"} not as the ledger says.`,
      cause: `The lake points: ${cause}.`,
      hint: `Publish anew: runner build --select ${relations.join(" ")}${where}`,
    },
  ]);
}

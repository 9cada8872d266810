import type { Place } from "./diagnostic.ts";

/** Something that depends on relations by literal refs in its template. */
export interface Template {
  readonly file: string;
  /** Where it stands when it is a part of its file, such as a hook in YAML; undefined where it is the whole. */
  readonly at?: Place;
  readonly text: string;
  /** Refs in order of appearance, those inside partials included; positions point at the calling template. */
  readonly refs: readonly TemplateRef[];
  /** What its result depends on beside its text; undefined where nobody looked, so that it may be anything. */
  readonly uses?: TemplateUses;
}

/** The names that a template itself calls or reads; what its partials use is theirs. */
export interface TemplateUses {
  readonly partials: readonly string[];
  readonly helpers: readonly string[];
  /** Undefined when a name is known only in rendering. */
  readonly vars: readonly string[] | undefined;
  /** Environment variables; undefined when a name is known only in rendering. */
  readonly env: readonly string[] | undefined;
}

export interface TemplateRef {
  /** `ref "zone.name"` or `source "source.table"`, as written. */
  readonly kind: "ref" | "source";
  readonly name: string;
  readonly place: Place;
}

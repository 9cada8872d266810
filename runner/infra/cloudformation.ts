/** A value of a template: JSON, in which functions are objects of one key. */
export type Value =
  string | number | boolean | readonly Value[] | { readonly [name: string]: Value };

export interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: "Delete" | "Retain";
  readonly UpdateReplacePolicy?: "Delete" | "Retain";
  readonly Properties: Readonly<Record<string, Value>>;
}

export interface Parameter {
  readonly Type: string;
  readonly Description: string;
  readonly Default?: string | number;
  readonly MinValue?: number;
  readonly AllowedPattern?: string;
  readonly ConstraintDescription?: string;
}

export interface Output {
  readonly Description: string;
  readonly Value: Value;
}

export interface Template {
  readonly AWSTemplateFormatVersion: "2010-09-09";
  readonly Description: string;
  readonly Parameters: Readonly<Record<string, Parameter>>;
  readonly Conditions: Readonly<Record<string, Value>>;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, Output>>;
}

/** Of what holds data: it outlives the stack, and a change of its name. */
export const kept = { DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" } as const;

export const ref = (name: string): Value => ({ Ref: name });
export const getAtt = (resource: string, attribute: string): Value => ({
  "Fn::GetAtt": [resource, attribute],
});
/** A text with `${Name}` and `${Resource.Attribute}` in it. */
export const sub = (text: string): Value => ({ "Fn::Sub": text });
export const noValue = ref("AWS::NoValue");

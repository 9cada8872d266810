import ts from "typescript";

/** Types that the printed text names: those it declares itself, and those it imports from `@trpc/server`. */
export interface NamedTypes {
  /** Declarations by name, in the order in which they were met. */
  declared: Map<string, string>;
  imported: Set<string>;
}

export interface TypePrinter {
  checker: ts.TypeChecker;
  /** The name under which a module of the shop exports this very type. */
  nameOf: (type: ts.Type) => { name: string; symbol: ts.Symbol } | undefined;
  named: NamedTypes;
}

const LEAF =
  ts.TypeFlags.StringLike |
  ts.TypeFlags.NumberLike |
  ts.TypeFlags.BooleanLike |
  ts.TypeFlags.BigIntLike |
  ts.TypeFlags.Null |
  ts.TypeFlags.Undefined |
  ts.TypeFlags.Void |
  ts.TypeFlags.Unknown |
  ts.TypeFlags.Never |
  ts.TypeFlags.TypeParameter;

/** A docstring as source text, or nothing. */
export function printDocs(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
  return text === "" ? "" : `/** ${text.replaceAll("\n", "\n * ")} */\n`;
}

/** The type as text without any name of this repository that the text does not declare; zod's types come out plain. */
export function printType(printer: TypePrinter, type: ts.Type): string {
  const alias = type.aliasSymbol;
  if (alias !== undefined && isOfTrpc(alias)) {
    printer.named.imported.add(alias.name);
    return alias.name;
  }
  const named = printer.nameOf(type);
  if (named !== undefined) return printNamed(printer, type, named);
  const { checker } = printer;
  if ((type.flags & LEAF) !== 0) return checker.typeToString(type);
  if (type.isUnion()) return printUnion(printer, type);
  if (checker.isArrayType(type)) {
    const [element] = checker.getTypeArguments(type as ts.TypeReference);
    if (element !== undefined) return `Array<${printType(printer, element)}>`;
  }
  const index = type.getStringIndexType();
  if (index !== undefined) return `Record<string, ${printType(printer, index)}>`;
  const isObject = (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0;
  if (isObject && type.getCallSignatures().length === 0) return printObject(printer, type);
  throw new Error(`the client's types cannot express ${checker.typeToString(type)}`);
}

/** What `Page<Item>` is an instance of: `Page<Row>`; undefined for a type without parameters. */
export function genericOf(type: ts.Type): ts.GenericType | undefined {
  const isReference =
    (type.flags & ts.TypeFlags.Object) !== 0 &&
    ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0;
  return isReference ? (type as ts.TypeReference).target : undefined;
}

function isOfTrpc(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some((declaration) =>
    declaration.getSourceFile().fileName.includes("/node_modules/@trpc/server/"),
  );
}

function printUnion(printer: TypePrinter, union: ts.UnionType): string {
  const parts = union.types.map((part) => printType(printer, part));
  const isBoolean = parts.includes("true") && parts.includes("false");
  const others = parts.filter((part) => !isBoolean || (part !== "true" && part !== "false"));
  const absent = ["null", "undefined"];
  const sorted = [
    ...others.filter((part) => !absent.includes(part)),
    ...(isBoolean ? ["boolean"] : []),
    ...absent.filter((part) => others.includes(part)),
  ];
  return [...new Set(sorted)].join(" | ");
}

function printObject(printer: TypePrinter, type: ts.Type): string {
  const { checker } = printer;
  const fields = checker.getPropertiesOfType(type).map((property) => {
    const optional = (property.flags & ts.SymbolFlags.Optional) === 0 ? "" : "?";
    const name = /^[A-Za-z_$][\w$]*$/.test(property.name)
      ? property.name
      : JSON.stringify(property.name);
    const value = printType(printer, checker.getTypeOfSymbol(property));
    return `${printDocs(property, checker)}${name}${optional}: ${value};`;
  });
  return fields.length === 0 ? "{}" : `{\n${fields.join("\n")}\n}`;
}

function printNamed(
  printer: TypePrinter,
  type: ts.Type,
  { name, symbol }: { name: string; symbol: ts.Symbol },
): string {
  const { checker, named } = printer;
  const generic = genericOf(type);
  if (!named.declared.has(name)) {
    // Before its fields are printed: a type may hold itself.
    named.declared.set(name, "");
    named.declared.set(name, declare(printer, generic ?? type, { name, symbol }));
  }
  const parameters =
    generic === undefined
      ? []
      : checker
          .getTypeArguments(type as ts.TypeReference)
          .slice(0, generic.typeParameters?.length ?? 0);
  if (parameters.length === 0) return name;
  return `${name}<${parameters.map((parameter) => printType(printer, parameter)).join(", ")}>`;
}

function declare(
  printer: TypePrinter,
  type: ts.Type,
  { name, symbol }: { name: string; symbol: ts.Symbol },
): string {
  const docs = printDocs(symbol, printer.checker);
  if (type.isUnion()) return `${docs}export type ${name} = ${printUnion(printer, type)};`;
  const parameters = (type as ts.InterfaceType).typeParameters ?? [];
  const list = parameters.map((parameter) => printer.checker.typeToString(parameter)).join(", ");
  const head = list === "" ? name : `${name}<${list}>`;
  return `${docs}export interface ${head} ${printObject(printer, type)}`;
}

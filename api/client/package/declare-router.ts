import ts from "typescript";
import { genericOf, printDocs, printType, type TypePrinter } from "./print-type.ts";

/**
 * The text of a module that declares `AppRouter` and every type that its procedures take and give, with their
 * docstrings, and needs nothing but `@trpc/server`: neither the service's context nor zod. `routerFile` is the module
 * that exports `appRouter`; types that a module under `folder` exports keep their names.
 */
export function declareRouter(
  program: ts.Program,
  { routerFile, folder }: { routerFile: string; folder: string },
): string {
  const checker = program.getTypeChecker();
  const printer: TypePrinter = {
    checker,
    nameOf: nameTypes(program, folder),
    named: {
      declared: new Map(),
      imported: new Set(["TRPCBuiltRouter", "TRPCMutationProcedure", "TRPCQueryProcedure"]),
    },
  };
  const definition = followPath(checker, exportedValue(program, routerFile), ["_def"]);
  const errorShape = followPath(checker, definition, ["_config", "$types", "errorShape"]);
  const shape = printType(printer, errorShape);
  const record = printRecord(printer, followPath(checker, definition, ["record"]));
  const { declared, imported } = printer.named;
  return [
    `import type { ${[...imported].sort().join(", ")} } from "@trpc/server";`,
    ...declared.values(),
    `/** A failure as it travels. */\nexport interface ShopErrorShape ${shape}`,
    "type ShopQuery<Input, Output> = TRPCQueryProcedure<{ input: Input; output: Output; meta: object; errorShape: ShopErrorShape }>;",
    "type ShopMutation<Input, Output> = TRPCMutationProcedure<{ input: Input; output: Output; meta: object; errorShape: ShopErrorShape }>;",
    "/** The shop's procedures. */",
    `export type AppRouter = TRPCBuiltRouter<{ ctx: object; meta: object; errorShape: ShopErrorShape; transformer: false }, ${record}>;`,
  ].join("\n\n");
}

function exportedValue(program: ts.Program, routerFile: string): ts.Type {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(routerFile);
  const module = file && checker.getSymbolAtLocation(file);
  const router = module && checker.tryGetMemberInModuleExports("appRouter", module);
  if (router === undefined) throw new Error(`${routerFile} exports no appRouter`);
  return checker.getTypeOfSymbol(router);
}

function followPath(checker: ts.TypeChecker, type: ts.Type, path: readonly string[]): ts.Type {
  return path.reduce((current, name) => {
    const property = current.getProperty(name);
    if (property === undefined) throw new Error(`tRPC's types have no ${path.join(".")} any more`);
    return checker.getTypeOfSymbol(property);
  }, type);
}

/** Finds the name that a module under `folder` gives to a type; of several names the first one counts. */
function nameTypes(program: ts.Program, folder: string): TypePrinter["nameOf"] {
  const checker = program.getTypeChecker();
  const names = new Map<ts.Type, { name: string; symbol: ts.Symbol }>();
  for (const file of program.getSourceFiles()) {
    const module = file.fileName.startsWith(folder) ? checker.getSymbolAtLocation(file) : undefined;
    for (const symbol of module === undefined ? [] : checker.getExportsOfModule(module)) {
      if ((symbol.flags & (ts.SymbolFlags.TypeAlias | ts.SymbolFlags.Interface)) === 0) continue;
      const type = checker.getDeclaredTypeOfSymbol(symbol);
      const isNameable = type.isUnion() || (type.flags & ts.TypeFlags.Object) !== 0;
      if (isNameable && !names.has(type)) names.set(type, { name: symbol.name, symbol });
    }
  }
  return (type) => names.get(type) ?? names.get(genericOf(type) ?? type);
}

function printRecord(printer: TypePrinter, record: ts.Type): string {
  const { checker } = printer;
  const entries = checker.getPropertiesOfType(record).map((property) => {
    const type = checker.getTypeOfSymbol(property);
    const value =
      type.getProperty("_def") === undefined
        ? printRecord(printer, type)
        : printProcedure(printer, followPath(checker, type, ["_def"]));
    return `${printDocs(property, checker)}${property.name}: ${value};`;
  });
  return `{\n${entries.join("\n")}\n}`;
}

function printProcedure(printer: TypePrinter, definition: ts.Type): string {
  const { checker } = printer;
  const kind = checker.typeToString(followPath(checker, definition, ["type"]));
  if (kind !== '"query"' && kind !== '"mutation"') {
    throw new Error(`the client's types cannot express a procedure of type ${kind}`);
  }
  const [input, output] = ["input", "output"].map((name) =>
    printType(printer, followPath(checker, definition, ["$types", name])),
  );
  return `${kind === '"query"' ? "ShopQuery" : "ShopMutation"}<${input ?? ""}, ${output ?? ""}>`;
}

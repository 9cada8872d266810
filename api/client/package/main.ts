/* `npm run build:client [folder]`: writes the package for storefronts, by default into dist/shop-client. */
import { relative, resolve } from "node:path";
import { writeClientPackage } from "./write-package.ts";

const folder = resolve(process.argv[2] ?? "dist/shop-client");
await writeClientPackage(folder);
process.stdout.write(`${relative(process.cwd(), folder)}\n`);

import { z } from "zod";
import { RedshiftError } from "../redshift-error.ts";
import { objectUrl, parseObjectUrl, type Objects, type ObjectUrl } from "../storage/objects.ts";
import type { CopyCommand } from "./copy-command.ts";

const manifestSchema = z.object({
  entries: z.array(
    z.object({
      url: z.string(),
      mandatory: z.boolean().default(false),
      meta: z.object({ content_length: z.int().nonnegative().optional() }).optional(),
    }),
  ),
});

/**
 * The objects that a COPY loads: those of its manifest, or all whose key begins with its path. Throws RedshiftError
 * for a manifest that a columnar COPY refuses, for a mandatory object that is missing, and for none at all.
 */
export async function findSourceObjects(
  { source, isManifest }: Pick<CopyCommand, "source" | "isManifest">,
  objects: Objects,
): Promise<readonly ObjectUrl[]> {
  const url = parseObjectUrl(source);
  if (isManifest) return readManifest(url, objects);
  const listed = await objects.list(url);
  const found = listed.filter(({ key, bytes }) => !key.endsWith("/") && bytes > 0);
  if (found.length === 0)
    throw new RedshiftError(`The specified S3 prefix '${url.key}' does not exist`, "58000");
  return found.map(({ key }) => ({ bucket: url.bucket, key }));
}

async function readManifest(url: ObjectUrl, objects: Objects): Promise<readonly ObjectUrl[]> {
  if ((await objects.size(url)) === undefined)
    throw new RedshiftError(
      `Problem reading manifest file - S3ServiceException:The specified key does not exist.,Status 404,Error NoSuchKey,Url ${objectUrl(url)}`,
      "58000",
    );
  const problem = (what: string) =>
    new RedshiftError(`Problem reading manifest file - ${what} (${objectUrl(url)})`, "58000");
  let content: unknown;
  try {
    content = JSON.parse(await objects.text(url));
  } catch (error) {
    if (error instanceof SyntaxError) throw problem("it is not valid JSON");
    throw error;
  }
  const manifest = manifestSchema.safeParse(content);
  if (!manifest.success) throw problem(z.prettifyError(manifest.error));
  const found: ObjectUrl[] = [];
  for (const entry of manifest.data.entries) {
    const length = entry.meta?.content_length;
    if (length === undefined)
      throw problem(`the entry ${entry.url} lacks meta.content_length, which columnar files need`);
    const location = parseObjectUrl(entry.url);
    const bytes = await objects.size(location);
    if (bytes === undefined) {
      if (!entry.mandatory) continue;
      throw new RedshiftError(
        `The mandatory file ${entry.url} of the manifest ${objectUrl(url)} does not exist`,
        "58000",
      );
    }
    if (bytes !== length)
      throw new RedshiftError(
        `Spectrum Scan Error: the file ${entry.url} has ${bytes} bytes, and its manifest says ${length}`,
        "58000",
      );
    found.push(location);
  }
  if (found.length === 0) throw problem("none of its files exists");
  return found;
}

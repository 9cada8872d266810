import { dirname, basename } from "node:path/posix";
import type { LakeFile } from "../../core/manifest.ts";
import type { KillPoint, SharedParts } from "../../core/ports.ts";
import { measureStream } from "../checksum.ts";
import { copyListKey } from "../layout.ts";
import { printCopyList } from "../manifest-text.ts";
import type { Measured } from "../store.ts";
import type { S3Bucket } from "./s3-bucket.ts";
import { asked, reading } from "./s3-requests.ts";

/** Hidden from engines that read whole prefixes; in the run's folder, so that it goes with what else a dead run left. */
function arrivalKey(key: string): string {
  return `${dirname(key)}/_arriving-${basename(key, ".parquet")}-`;
}

/** For engines that write into the bucket by themselves: their files are moved there, and not through this machine. */
export function sharedParts(bucket: S3Bucket, killPoint: KillPoint = () => undefined): SharedParts {
  const address = (key: string) => bucket.address + key;
  const keyAt = (location: string) => location.slice(bucket.address.length);
  const clear = async (prefix: string) => {
    const left = await bucket.keys.list(prefix);
    if (left.length > 0) await bucket.keys.remove(left.map((object) => object.key));
  };
  const measure = (key: string): Promise<Measured> =>
    reading(address(key), async () => measureStream(await bucket.getBytes(key)));
  return {
    arrivalPrefix: (key) =>
      asked(address(key), async () => {
        const prefix = arrivalKey(key);
        await clear(prefix);
        return address(prefix);
      }),
    adoptPart: (key, runId, { location, rows }): Promise<LakeFile> =>
      asked(address(key), async () => {
        const from = keyAt(location);
        if ((await bucket.head(from)) === undefined) {
          return { key, rows, runId, ...(await measure(key)) };
        }
        killPoint("before-part-put");
        const copied = await bucket.copy(from, key);
        killPoint("after-part-put");
        const content = copied ?? (await measure(key));
        await bucket.keys.remove([from]);
        return { key, rows, runId, ...content };
      }),
    endArrival: (key) => asked(address(key), () => clear(arrivalKey(key))),
    readText: (location) =>
      reading(location, async () => (await bucket.getText(keyAt(location)))?.text),
    removeCopyList: (list) => asked(list, () => bucket.keys.remove([keyAt(list)])),
    writeCopyList: ({ relation, runId, number }, files) => {
      const key = copyListKey(relation, runId, number);
      return asked(address(key), async () => {
        await bucket.put(key, printCopyList(files, address));
        return address(key);
      });
    },
  };
}

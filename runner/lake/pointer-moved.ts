import { Failure } from "../core/diagnostic.ts";

/** Of two statements that began with the same version of a relation, this is the one that came second. */
export function pointerMoved(place: string): Failure {
  return new Failure(
    [
      {
        code: "LAKE_POINTER_MOVED",
        message: `Somebody else has changed it meanwhile: ${place}`,
        cause:
          "Two statements changed the same relation, and this one came second: nothing of it was kept.",
        hint: "Look at what is there now, and ask it again.",
      },
    ],
    1,
  );
}

import type { Emit } from "../../core/event.ts";
import { deliverTo } from "./delivery.ts";
import type { Destination } from "./delivery.ts";
import { lineageEvents } from "./events.ts";
import type { Naming } from "./events.ts";

/** Tells a run to OpenLineage beside its other listeners; one note at the end says what could not be delivered. */
export function openLineageListener(naming: Naming, destination: Destination, emit: Emit): Emit {
  const eventsOf = lineageEvents(naming);
  const delivery = deliverTo(destination);
  return async (event) => {
    for (const each of eventsOf(event)) delivery.send(each);
    if (event.type === "run_finished") {
      const message = await delivery.close();
      if (message !== undefined) await emit({ type: "note", message });
    }
    await emit(event);
  };
}

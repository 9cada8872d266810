import { shopFailureOf } from "mercado-shop-client";
import { byId, element } from "./elements.ts";
import { keepSession } from "./session.ts";
import { describeFailure } from "./words.ts";

let fading: number | undefined;

/** Something that went well, for a few seconds; also spoken by a screen reader. */
export function announce(text: string): void {
  const notice = byId("notice");
  notice.textContent = text;
  window.clearTimeout(fading);
  fading = window.setTimeout(() => {
    notice.textContent = "";
  }, 6_000);
}

/** Something that went wrong, until it is dismissed or something else is done. */
export function showProblem(text: string): void {
  const dismiss = element("button", { type: "button", onclick: clearProblem }, "Dismiss");
  byId("problem").replaceChildren(element("p", {}, text), dismiss);
}

export function clearProblem(): void {
  byId("problem").replaceChildren();
}

/** Tells a failure of a call. A token that the shop does not take any more is forgotten: without it one can browse on. */
export function showFailure(error: unknown): void {
  const failure = shopFailureOf(error);
  if (failure.mercado === "TOKEN_INVALID") keepSession(null);
  showProblem(describeFailure(failure));
}

/** Runs what a control stands for: the control rests meanwhile, and a failure is told. */
export async function act(control: HTMLElement, action: () => Promise<void>): Promise<void> {
  if (control.getAttribute("aria-busy") === "true") return;
  control.setAttribute("aria-busy", "true");
  clearProblem();
  byId("notice").textContent = "";
  try {
    await action();
  } catch (error) {
    showFailure(error);
  } finally {
    control.removeAttribute("aria-busy");
  }
}

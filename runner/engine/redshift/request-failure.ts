import { Failure } from "../../core/diagnostic.ts";

/** A request that got no answer that helps. */
export class RequestFailure extends Failure {
  /** Whether the request certainly did nothing; otherwise it may have done all that it asks for. */
  readonly didNothing: boolean;

  constructor({ diagnostics, exitCode }: Failure, didNothing: boolean) {
    super(diagnostics, exitCode);
    this.name = "RequestFailure";
    this.didNothing = didNothing;
  }
}

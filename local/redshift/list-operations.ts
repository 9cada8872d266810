import { invalid } from "./data-api-error.ts";
import { describeSession, listed } from "./descriptions.ts";
import { pageOfList } from "./list-page.ts";
import type { Operation } from "./operation.ts";
import { ListSessionsRequest, ListStatementsRequest, readRequest } from "./requests.ts";
import type { Target } from "./warehouse.ts";

/** Without a status only finished statements are listed, as the API's reference says. */
export const listStatements: Operation = (body, { history }) => {
  const request = readRequest(ListStatementsRequest, body);
  const { StatementName: prefix = "", Status: wanted = "FINISHED" } = request;
  checkPlace(request);
  const found = history
    .list()
    .filter(
      ({ init, status }) =>
        (init.request.StatementName ?? "").startsWith(prefix) &&
        (wanted === "ALL" || status === wanted) &&
        isIn(init.target, request),
    );
  const page = pageOfList(found, request);
  return { Statements: page.items.map(listed), NextToken: page.nextToken };
};

export const listSessions: Operation = (body, { sessions }) => {
  const request = readRequest(ListSessionsRequest, body);
  const { SessionId: id, Status: only, ...place } = request;
  checkPlace(place);
  const filters = [only, place.ClusterIdentifier, place.WorkgroupName, place.Database];
  if (id !== undefined && filters.some((filter) => filter !== undefined)) {
    throw invalid(
      "Status, ClusterIdentifier, WorkgroupName and Database can't be specified with SessionId.",
    );
  }
  const wanted: readonly string[] = only === undefined ? ["AVAILABLE", "BUSY"] : [only];
  const found =
    id === undefined
      ? sessions
          .list()
          .filter(({ status, target }) => wanted.includes(status) && isIn(target, place))
      : [sessions.get(id)];
  const page = pageOfList(found, request);
  return { Sessions: page.items.map(describeSession), NextToken: page.nextToken };
};

interface Place {
  readonly Database?: string | undefined;
  readonly ClusterIdentifier?: string | undefined;
  readonly WorkgroupName?: string | undefined;
}

function checkPlace(place: Place): void {
  if (place.ClusterIdentifier !== undefined && place.WorkgroupName !== undefined) {
    throw invalid("ClusterIdentifier and WorkgroupName can't both be specified.");
  }
}

function isIn(target: Target, place: Place): boolean {
  return (
    (place.Database ?? target.database) === target.database &&
    (place.ClusterIdentifier ?? target.cluster) === target.cluster &&
    (place.WorkgroupName ?? target.workgroup) === target.workgroup
  );
}

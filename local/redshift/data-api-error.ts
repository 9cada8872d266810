/** The exceptions of the Data API and of the front door of AWS's JSON services, with their HTTP statuses. */
export const ERROR_STATUS = {
  ValidationException: 400,
  ResourceNotFoundException: 404,
  ActiveStatementsExceededException: 400,
  ActiveSessionsExceededException: 400,
  ActiveWaitingRequestsExceededException: 400,
  QueryTimeoutException: 400,
  ExecuteStatementException: 500,
  BatchExecuteStatementException: 500,
  DatabaseConnectionException: 500,
  InternalServerException: 500,
  ThrottlingException: 400,
  AccessDeniedException: 400,
  MissingAuthenticationTokenException: 400,
  IncompleteSignatureException: 400,
  UnrecognizedClientException: 400,
  UnknownOperationException: 400,
  SerializationException: 400,
} as const;

export type DataApiErrorType = keyof typeof ERROR_STATUS;

export function isDataApiErrorType(name: string): name is DataApiErrorType {
  return Object.hasOwn(ERROR_STATUS, name);
}

/** A refused call. `details` are further members of the answer, such as ResourceId. */
export class DataApiError extends Error {
  override readonly name = "DataApiError";
  readonly type: DataApiErrorType;
  readonly details: Readonly<Record<string, string>>;

  constructor(type: DataApiErrorType, message: string, details: Record<string, string> = {}) {
    super(message);
    this.type = type;
    this.details = details;
  }
}

export function invalid(message: string): DataApiError {
  return new DataApiError("ValidationException", message);
}

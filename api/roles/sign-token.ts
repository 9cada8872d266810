import { SignJWT } from "jose";
import { DEFAULT_AUDIENCE } from "./authentication.ts";
import { claimsOf, type SignedIn } from "./claims.ts";

export interface TokenOptions {
  readonly secret: string;
  /** For how long it is good, in seconds. Default 12 hours. */
  readonly seconds?: number;
  /** Default `mercado`. */
  readonly audience?: string | undefined;
  readonly issuer?: string | undefined;
}

/** A token (HS256) for development and tests: in production an identity provider, or the shop's own sign-in, issues them. */
export function signToken(caller: SignedIn, options: TokenOptions): Promise<string> {
  const { secret, seconds = 43_200, audience = DEFAULT_AUDIENCE, issuer } = options;
  const token = new SignJWT(claimsOf(caller))
    .setProtectedHeader({ alg: "HS256" })
    .setIssuedAt()
    .setExpirationTime(`${seconds} seconds`)
    .setAudience(audience);
  if (issuer !== undefined) token.setIssuer(issuer);
  return token.sign(new TextEncoder().encode(secret));
}

/** A time to a hundredth of a millisecond: what stands behind that is noise. */
export function roundMilliseconds(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}

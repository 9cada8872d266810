/** A clock that stands still until it is set: pass `now` to the service, and the clock to the shoppers. */
export interface SettableClock {
  now: () => Date;
  set: (time: Date) => void;
}

export function createSettableClock(start = new Date(0)): SettableClock {
  let time = start;
  return {
    now: () => time,
    set: (next) => {
      time = next;
    },
  };
}

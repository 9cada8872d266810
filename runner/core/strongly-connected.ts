/**
 * The groups of nodes that reach one another along `edges`, each sorted; a node on its own is a group only when it
 * has an edge to itself. Edges to unknown nodes count for nothing. Tarjan's algorithm, without recursion.
 */
export function stronglyConnected<Id extends string>(
  edges: ReadonlyMap<Id, readonly Id[]>,
): readonly (readonly Id[])[] {
  const number = new Map<Id, number>();
  const lowest = new Map<Id, number>();
  const open: Id[] = [];
  const isOpen = new Set<Id>();
  const groups: Id[][] = [];

  const enter = (id: Id) => {
    number.set(id, number.size);
    lowest.set(id, number.size - 1);
    open.push(id);
    isOpen.add(id);
    return { id, next: (edges.get(id) ?? []).filter((other) => edges.has(other)).values() };
  };
  const lower = (id: Id, value: number | undefined) => {
    lowest.set(id, Math.min(lowest.get(id) ?? Infinity, value ?? Infinity));
  };
  const leave = (id: Id) => {
    if (lowest.get(id) !== number.get(id)) return;
    const group = open.splice(open.indexOf(id));
    for (const member of group) isOpen.delete(member);
    if (group.length > 1 || (edges.get(id) ?? []).includes(id)) groups.push(group.sort());
  };

  for (const start of [...edges.keys()].sort()) {
    if (number.has(start)) continue;
    const path = [enter(start)];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { value: other, done } = top.next.next();
      if (done === true) {
        path.pop();
        leave(top.id);
        const below = path.at(-1);
        if (below !== undefined) lower(below.id, lowest.get(top.id));
      } else if (!number.has(other)) path.push(enter(other));
      else if (isOpen.has(other)) lower(top.id, number.get(other));
    }
  }
  return groups.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
}

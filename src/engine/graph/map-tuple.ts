/** Lists that keep their length as types: two gradients for two parameters. */

/** As many values of type `Value` as `List` has entries. */
export type MappedTuple<List extends readonly unknown[], Value> = { -readonly [Key in keyof List]: Value }

/** `list.map(of)`, whose type knows how many there are. */
export function mapTuple<List extends readonly unknown[], Value>(
  list: List,
  of: (each: List[number], index: number) => Value,
): MappedTuple<List, Value> {
  return list.map(of) as MappedTuple<List, Value>
}

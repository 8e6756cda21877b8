/** Classes by the names or numbers that were typed. */
import { conditionsFor } from './conditions.ts'

/**
 * The class of each of so many items: the classes named, in turn.
 *
 * @param text a name or number, several with commas, or `all`
 * @param option what it was asked by, for the message
 */
export function classNumbers(
  { classNames }: { readonly classNames: readonly string[] },
  text: string,
  count: number,
  option = '`class`',
): Int32Array {
  const spec = { kind: 'class', classes: classNames.length } as const
  return conditionsFor({ spec, classNames }, text, count, { option }) as Int32Array
}

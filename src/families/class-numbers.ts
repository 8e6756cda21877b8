/** Classes by the names or numbers that were typed. */
import { suggest } from '../suggest.ts'
import { TweedieError } from '../errors.ts'

/**
 * The class of each of so many items: the classes named, in turn.
 *
 * @param text a name or number, several with commas, or `all`
 * @param option what it was asked by, for the message
 */
export function classNumbers(
  { classNames, network }: { readonly classNames: readonly string[]; readonly network: { readonly classes: number } },
  text: string,
  count: number,
  option = '`class`',
): Int32Array {
  if (network.classes === 0) {
    throw new TweedieError('usage', `${option}: the model knows no classes`, { hint: 'it was trained without labels' })
  }
  const all = classNames.map((_, i) => i)
  const chosen = text === 'all' ? all : text.split(',').map((name) => numberOf(name.trim(), classNames, option))
  return Int32Array.from({ length: count }, (_, i) => chosen[i % chosen.length]!)
}

/** A class by its name, or else by its number. */
function numberOf(name: string, classNames: readonly string[], option: string): number {
  const byName = classNames.indexOf(name)
  if (byName >= 0) return byName
  const number = /^\d+$/.test(name) ? Number(name) : -1
  if (number >= 0 && number < classNames.length) return number
  const near = suggest(name, classNames)
  throw new TweedieError('usage', `${option}: there is no class '${name}'`, {
    hint: near
      ? `did you mean ${near}?`
      : `the classes are ${classNames.slice(0, 20).join(', ')}${classNames.length > 20 ? ', …' : ''}`,
  })
}

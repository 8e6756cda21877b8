/** The atoms and bonds of a molecule of the format MDL V3000. */
import { bondOf, broken, coordinate, type MolfileParts, requireSize } from './molfile-parts.ts'

/**
 * Reads the lines `M  V30 …` from one on, up to `M  END`. A line that ends in a hyphen goes on in the next one.
 *
 * @throws TweedieError `data` for lines that are missing or do not fit
 */
export function readV3000(lines: readonly string[], start: number): MolfileParts {
  const symbols: string[] = []
  const positions: number[] = []
  const bonds: number[] = []
  const charges = new Map<number, number>()
  const radicals: number[] = []
  const places = new Map<number, number>()
  let counts: readonly number[] | undefined
  let block = ''
  let at = start
  for (; at < lines.length; at++) {
    if (/^M {2}END/.test(lines[at]!) || lines[at]!.startsWith('$$$$')) break
    let words = v30(lines[at]!)
    while (words?.endsWith('-') && at + 1 < lines.length) words = words.slice(0, -1) + (v30(lines[++at]!) ?? '')
    const [first = '', ...rest] = (words ?? '').split(/\s+/).filter((each) => each !== '')
    if (first === 'BEGIN' || first === 'END') block = first === 'BEGIN' ? (rest[0] ?? '') : ''
    else if (first === 'COUNTS') {
      counts = rest.slice(0, 2).map(Number)
      if (!counts.every((each) => Number.isInteger(each) && each >= 0)) throw broken(`the counts are ${rest.join(' ')}`)
      requireSize(counts[0]!)
    } else if (block === 'ATOM') {
      const [symbol = '', x = '', y = '', z = '', , ...options] = rest
      const atom = symbols.length
      if (places.has(Number(first))) throw broken(`atom ${first} is there twice`)
      places.set(Number(first), atom + 1)
      symbols.push(symbol)
      for (const each of [x, y, z]) positions.push(coordinate(each, atom))
      for (const option of options) {
        const [key, value] = option.split('=')
        if (key === 'CHG') charges.set(atom, Number(value) || 0)
        if (key === 'RAD' && Number(value) > 0) radicals.push(atom)
      }
    } else if (block === 'BOND') {
      const [type, from, to] = rest.slice(0, 3).map(Number)
      bonds.push(
        ...bondOf(places.get(from!) ?? Number.NaN, places.get(to!) ?? Number.NaN, type ?? Number.NaN, symbols.length),
      )
    }
  }
  if (!counts) throw broken('the counts are missing')
  if (counts[0] !== symbols.length || counts[1] !== bonds.length / 3) {
    const found = `${symbols.length} atoms and ${bonds.length / 3} bonds`
    throw broken(`${found}, and the counts say ${counts[0]} and ${counts[1]}`)
  }
  return { symbols, positions, bonds, charges, radicals, end: at + Number(/^M {2}END/.test(lines[at] ?? '')) }
}

const v30 = (line: string): string | undefined => /^M {2}V30 ?(.*?)\s*$/.exec(line)?.[1]

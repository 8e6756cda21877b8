/** SDF: molfiles with data beside them, `$$$$` after each. A single `.mol` is one of them. */
import { isTweedieError } from '../../errors.ts'
import type { LeftOut, MoleculeFile, MoleculeRecord } from './molecule.ts'
import { readMolfile } from './molfile.ts'
import { isDrawing } from './plausible.ts'

/**
 * Reads the molecules of an SDF or a molfile, one a record. A record that cannot be read is left out and named; drawings in the plane
 * have no conformers.
 *
 * @param text the content of the file; versions V2000 and V3000
 * @example
 * const { records, leftOut } = parseSdf(text)
 * records[0].molecule.conformers[0] // positions in ångström, `[atoms, 3]`
 */
export function parseSdf(text: string): MoleculeFile {
  const lines = text.split(/\r\n|\r|\n/)
  const records: MoleculeRecord[] = []
  const leftOut: LeftOut[] = []
  let drawings = 0
  for (const [i, record] of recordsOf(lines).entries()) {
    const title = (record[0] ?? '').trim()
    const called = `molecule ${i + 1}${title === '' ? '' : ` (${title})`}`
    try {
      const { molecule, dimensions, radicals, end } = readMolfile(record)
      if (radicals.length > 0) {
        leftOut.push({ record: called, reason: `a radical: atom ${radicals[0]! + 1} has a single electron` })
        continue
      }
      const flat = isDrawing(molecule, dimensions)
      if (flat) drawings++
      records.push({ molecule: flat ? { ...molecule, conformers: [] } : molecule, fields: fieldsOf(record, end) })
    } catch (error) {
      if (!isTweedieError(error, 'data')) throw error
      leftOut.push({ record: called, reason: error.message })
    }
  }
  const remarks =
    drawings === 0
      ? []
      : [`${drawings} of ${records.length} records are drawings in the plane: they have no conformers`]
  return { records, leftOut, remarks }
}

/** The lines of each record; what has nothing but empty lines is none. */
function recordsOf(lines: readonly string[]): string[][] {
  const records: string[][] = []
  let record: string[] = []
  const close = (): void => {
    if (record.some((line) => line.trim() !== '')) records.push(record)
    record = []
  }
  for (const line of lines) {
    if (line.startsWith('$$$$')) close()
    else record.push(line)
  }
  close()
  return records
}

/** The data of a record: `> <name>`, lines, and an empty one. */
function fieldsOf(lines: readonly string[], start: number): Record<string, string> {
  const fields: [string, string][] = []
  for (let at = start; at < lines.length; at++) {
    const [, name] = /^>.*<([^>]*)>/.exec(lines[at]!) ?? []
    if (name === undefined) continue
    const values: string[] = []
    while (at + 1 < lines.length && lines[at + 1]!.trim() !== '') values.push(lines[++at]!)
    fields.push([name, values.join('\n')])
  }
  return Object.fromEntries(fields)
}

/** The rows that a benchmark is asked for. */

/** Their names; ends the process with 2 where there is no such row. */
export function chosenRows(text: string, rows: object): string[] {
  const names = text.split(',')
  const unknown = names.find((name) => !Object.hasOwn(rows, name))
  if (unknown === undefined) return names
  console.error(`there is no row ${unknown}; there are ${Object.keys(rows).join(', ')}`)
  return process.exit(2)
}

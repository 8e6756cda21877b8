/** What an operator's attributes consist of. */
type Part = number | boolean | string | object

/** An operator's attributes as text, equal for equal attributes only: numbers exactly, with the −0, infinities and NaN that JSON lacks. */
export function showAttributes(value: Part): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `[${value.map(showAttributes).join()}]`
  return `{${Object.entries(value)
    .map(([name, each]) => `${name}:${showAttributes(each as Part)}`)
    .join()}}`
}

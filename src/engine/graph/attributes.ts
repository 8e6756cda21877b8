/** What an operator's attributes consist of. */
type Part = number | boolean | string | readonly Part[]

/** An operator's attributes as text, equal for equal attributes only: with the −0, infinities and NaN that JSON has not. */
export function showAttributes(attributes: object): string {
  let text = ''
  for (const name in attributes) text += `${name}:${show((attributes as Record<string, Part>)[name]!)};`
  return text
}

function show(part: Part): string {
  if (typeof part === 'number') return Object.is(part, -0) ? '-0' : `${part}`
  if (typeof part === 'string') return JSON.stringify(part)
  if (typeof part === 'boolean') return `${part}`
  let list = '['
  for (const each of part) list += `${show(each)},`
  return `${list}]`
}

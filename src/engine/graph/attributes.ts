/** The values of an operator's attributes. */
type Part = number | boolean | string | readonly Part[] | { readonly identity: string }

/** An operator's attributes as text, equal for equal attributes only: with −0, infinities and NaN, which JSON lacks. */
export function showAttributes(attributes: object): string {
  let text = ''
  for (const name in attributes) text += `${name}:${show((attributes as Record<string, Part>)[name]!)};`
  return text
}

function show(part: Part): string {
  if (typeof part === 'number') return Object.is(part, -0) ? '-0' : `${part}`
  if (typeof part === 'string') return JSON.stringify(part)
  if (typeof part === 'boolean') return `${part}`
  if ('identity' in part) return JSON.stringify(part.identity)
  let list = '['
  for (const each of part) list += `${show(each)},`
  return `${list}]`
}

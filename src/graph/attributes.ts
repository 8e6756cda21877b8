/**
 * An operator's attributes as text, equal for equal attributes only. JSON has no −0, no infinities and no NaN; attributes have, but
 * for lists, which are of whole numbers.
 */
export function showAttributes(attributes: object): string {
  const text = JSON.stringify(attributes)
  const special = Object.values(attributes).filter(
    (value) => typeof value === 'number' && (Object.is(value, -0) || !Number.isFinite(value)),
  )
  return special.length === 0 ? text : `${text} ${special.map((value) => (Object.is(value, -0) ? '-0' : value)).join()}`
}

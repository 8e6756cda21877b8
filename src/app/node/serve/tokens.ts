/** Bearer tokens. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { ServeError } from './problem.ts'

const digest = (token: string): Buffer => createHash('sha256').update(token).digest()

/**
 * A check of the header `authorization`. Without tokens everybody may ask.
 *
 * @returns a function that throws a ServeError 401 without a token that is known
 */
export function tokenCheck(tokens: readonly string[]): (header: string | undefined) => void {
  const known = tokens.map(digest)
  if (known.length === 0) return () => {}
  return (header) => {
    const given = /^bearer (.+)$/i.exec(header ?? '')?.[1]
    const sum = given === undefined ? undefined : digest(given)
    // all are compared, so that the time says nothing
    const found = known.filter((each) => sum !== undefined && timingSafeEqual(each, sum)).length > 0
    if (found) return
    throw new ServeError(401, 'token', given === undefined ? 'a token is needed' : 'the token is not known here', {
      hint: 'Authorization: Bearer TOKEN',
      headers: { 'www-authenticate': 'Bearer' },
    })
  }
}

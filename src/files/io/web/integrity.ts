/** SHA-256 of files: given by who ships them, or kept from the last time. */
import { TweedieError } from '../../../errors.ts'
import { sha256 } from '../sha256.ts'

/** The SHA-256 of bytes, 64 hexadecimal digits; by the browser where the page is secure. */
export async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined
  if (subtle === undefined) return sha256().update(bytes).hex()
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * Refuses files that are not those whose hashes are given.
 *
 * @param wanted by path; `sha256-` in front is allowed
 * @throws TweedieError `model` that names the file and both hashes, `usage` for what is no hash
 */
export async function requireIntegrity(
  files: ReadonlyMap<string, Uint8Array>,
  wanted: Readonly<Record<string, string>>,
  source: string,
): Promise<void> {
  for (const [path, given] of Object.entries(wanted)) {
    const hash = plainHash(given, path)
    const bytes = files.get(path)
    if (bytes === undefined) {
      throw new TweedieError('model', `${source}/${path}: no such file, and its SHA-256 is asked for`, {
        hint: 'leave it out of `integrity`, or fetch the folder again',
      })
    }
    const found = await digestOf(bytes as Uint8Array<ArrayBuffer>)
    if (found === hash) continue
    throw new TweedieError('model', `${source}/${path}: its SHA-256 is ${found}, and ${hash} is asked for`, {
      hint: 'the file was changed on its way, or it is a newer model: then give its new hash',
    })
  }
}

/** 64 small digits. */
export function plainHash(given: string, path: string): string {
  const hash = given.replace(/^sha256[-:]/, '').toLowerCase()
  if (/^[0-9a-f]{64}$/.test(hash)) return hash
  throw new TweedieError('usage', `\`integrity\` of ${path} is ${JSON.stringify(given)}: no SHA-256`, {
    hint: '64 hexadecimal digits, as sha256sum prints them',
  })
}

/** Stands in for `node:fs` where tests run in a browser: files that the development server of the tests has. */

/** The server's path of a file; relative ones begin at the project, whose folder ends with a slash. */
function urlOf(path: string): string {
  const root = (globalThis as unknown as { projectRoot: string }).projectRoot
  return `/@fs${new URL(path, `file://${root}`).pathname}`
}

/** A file's bytes at once: tests read some before they declare what they test. */
function request(path: string): Uint8Array<ArrayBuffer> | undefined {
  const asked = new XMLHttpRequest()
  asked.open('GET', urlOf(path), false)
  asked.overrideMimeType('text/plain; charset=x-user-defined') // a character for every byte
  asked.send()
  if (asked.status !== 200) return undefined
  return Uint8Array.from(asked.responseText, (letter) => letter.charCodeAt(0) & 0xff)
}

/** Whether there is such a file; folders are not seen. */
export const existsSync = (path: string): boolean => request(path) !== undefined

export function readFileSync(path: string): Uint8Array<ArrayBuffer>
export function readFileSync(path: string, encoding: 'utf8'): string
export function readFileSync(path: string, encoding?: 'utf8'): Uint8Array<ArrayBuffer> | string {
  const bytes = request(path)
  if (bytes === undefined) throw new Error(`there is no file ${path}`)
  return encoding === undefined ? bytes : new TextDecoder().decode(bytes)
}

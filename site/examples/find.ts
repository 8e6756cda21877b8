/** Examples of the site's pages: what a reader may run in place. */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { given } from './given.ts'

/** A block of TypeScript on a page. */
export interface Example {
  /** A name made of its text. */
  readonly id: string
  readonly code: string
  /** A program of its own, or lines of a doc comment, which leave out their imports. */
  readonly kind: 'program' | 'lines'
  /** Lines that it takes for granted. */
  readonly given?: string
  /** The page, by its path in the stage. */
  readonly page: string
}

/**
 * The examples of a page: blocks `ts run` and `ts library` of the documentation, and what stands below a heading "Example" or "Examples" in
 * the reference.
 *
 * @param page its path: `docs/theory/ddim.md`, `api/tweedie/sample/functions/ddim.md`
 */
export function examplesOf(page: string, text: string): readonly Example[] {
  const inReference = page.startsWith('api/')
  const found: Example[] = []
  let [heading, code, info]: [string, string[] | undefined, string] = ['', undefined, '']
  for (const line of text.split('\n')) {
    if (!line.startsWith('```')) {
      if (code !== undefined) code.push(line)
      else if (line.startsWith('#')) heading = line.replace(/^#+ /, '')
      continue
    }
    if (code === undefined) [code, info] = [[], line.slice(3).trim()]
    else {
      const wanted = inReference ? /^ts\b/.test(info) && /^Examples?$/.test(heading) : isProgram(info)
      if (wanted) {
        const before = inReference ? given[basename(page, '.md')] : undefined
        const text = code.join('\n')
        const kind = inReference ? 'lines' : 'program'
        found.push({ id: idOf(text), code: text, kind, page, ...(before !== undefined && { given: before }) })
      }
      code = undefined
    }
  }
  return found
}

/** Whether a block of the documentation is a program: the same that its tests run. */
export const isProgram = (info: string): boolean => /^ts (run|library)\b/.test(info)

/** The same text has the same name. */
export function idOf(code: string): string {
  return createHash('sha256').update(code.trim()).digest('hex').slice(0, 12)
}

/** What comments say that an example prints: `// → text`. */
export function promised(code: string): readonly string[] {
  return code.split('\n').flatMap((line) => /\/\/ → (.*)$/.exec(line)?.[1] ?? [])
}

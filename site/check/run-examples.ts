/** Runs the examples of a built site in a browser, as its buttons do, and says which fail. */
import type { Page } from 'playwright-core'
import type { Said } from '../examples/page/worker.ts'
import type { Notes } from '../examples/notes.ts'

export interface Outcome {
  readonly id: string
  readonly page: string
  readonly lines: readonly string[]
  readonly seconds: number
  /** What went wrong: an error, or other lines than the example says. */
  readonly wrong?: string
}

/** One after another, each in a worker of its own; the page must be one of the site's. */
export async function runExamples(page: Page, notes: Notes, limit = 120): Promise<readonly Outcome[]> {
  // What compiles this file calls `__name` to keep the names of functions; the page has none.
  await page.evaluate('globalThis.__name = (made) => made')
  const outcomes: Outcome[] = []
  for (const [id, { runs, page: where, prints }] of Object.entries(notes)) {
    if (!runs) continue
    const { lines, error, seconds } = await page.evaluate(runOne, { id, limit })
    const others =
      prints.length > 0 && prints.join('\n') !== lines.join('\n') ? `printed ${JSON.stringify(lines)}` : undefined
    const wrong = error ?? others
    outcomes.push({ id, page: where, lines, seconds, ...(wrong !== undefined && { wrong }) })
  }
  return outcomes
}

/** In the page. */
function runOne({ id, limit }: { readonly id: string; readonly limit: number }) {
  return new Promise<{ lines: string[]; error?: string; seconds: number }>((resolve) => {
    const begin = performance.now()
    const lines: string[] = []
    const worker = new Worker('/package/worker.js', { type: 'module' })
    const end = (error?: string): void => {
      worker.terminate()
      clearTimeout(timer)
      resolve({ lines, seconds: (performance.now() - begin) / 1000, ...(error !== undefined && { error }) })
    }
    const timer = setTimeout(() => end(`still runs after ${limit} s`), limit * 1000)
    worker.addEventListener('error', ({ message }) => end(`not loaded: ${message}`))
    worker.addEventListener('message', ({ data }: MessageEvent<Said>) => {
      if ('line' in data) lines.push(...data.line.split('\n'))
      else end('error' in data ? data.error : undefined)
    })
    worker.postMessage(new URL(`/run/${id}.js`, location.href).href)
  })
}

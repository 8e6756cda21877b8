/** Runs one example in a worker of its own, so that the page lives on and can stop it. */
import { format, lineOf } from './format.ts'

/** What the worker says, in order. */
export type Said =
  | { readonly line: string }
  | { readonly error: string; readonly hint?: string }
  | { readonly done: true; readonly seconds: number }

const say = (said: Said): void => self.postMessage(said)

Object.assign(globalThis, {
  /** A value of a line that stands alone, or what it declares. */
  async __show(name: string | undefined, given: unknown) {
    const value = await given
    if (value !== undefined) say({ line: name === undefined ? format(value) : `${name} = ${format(value)}` })
  },
})
for (const name of ['log', 'info', 'warn', 'error'] as const) {
  console[name] = (...values: unknown[]) => say({ line: lineOf(values) })
}

self.addEventListener('message', ({ data }: MessageEvent<string>) => void run(data))

/** @param url the module that the example became */
async function run(url: string): Promise<void> {
  const begin = performance.now()
  try {
    await import(/* @vite-ignore */ url)
    say({ done: true, seconds: (performance.now() - begin) / 1000 })
  } catch (error) {
    const { hint } = error as { readonly hint?: string }
    say({ error: String(error), ...(hint !== undefined && { hint }) })
  }
}
